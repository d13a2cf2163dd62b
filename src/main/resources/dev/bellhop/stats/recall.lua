-- ARGV[2] most entries. Returns the time now and the entries, newest first.
return {now, redis.call('XREVRANGE', history, '+', since, 'COUNT', ARGV[2])}
