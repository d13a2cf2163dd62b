-- Notes that a board is in use. KEYS[1] boards (zset) by when each was last noted, ms, with a minus so that the latest come first;
-- ARGV[1] board, [2] how long that is remembered in ms; [3] most boards
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], string.format('%.0f', -now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('%.0f', ARGV[2] - now), '+inf')
local over = redis.call('ZRANGE', KEYS[1], ARGV[3], ARGV[3] + 99)
if #over > 0 then
  redis.call('ZREM', KEYS[1], unpack(over))
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
