-- Takes the message out, so that it is not sent; its id may be scheduled anew.
redis.call('ZREM', KEYS[1], message)
redis.call('DEL', KEYS[2])
return { 'done', message }
