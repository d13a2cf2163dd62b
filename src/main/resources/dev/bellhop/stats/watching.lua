-- Returns the users who watch now.
return redis.call('ZRANGEBYSCORE', watchers, '(' .. now, '+inf')
