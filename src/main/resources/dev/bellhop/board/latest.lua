-- KEYS[1] board (stream). Returns how many messages are on it, and the place of the newest, or ''.
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
return { redis.call('XLEN', KEYS[1]), last and last[1] or '' }
