-- A node says how many partitions it spreads messages over, and learns what the others say.
-- KEYS[1] counts (zset): how many partitions there are or once were, by when that was last so (ms); KEYS[2] nodes (zset) that read
-- partitions, by until when each counts (ms)
-- ARGV[1] how many this node knows; [2] node; [3] for how long it counts, in ms; 0: no longer
-- Returns how many nodes there are, then the counts.
local UNCHANGED = 60000 -- why not each time: what changes goes to the replicas and to the disk
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lasts = tonumber(ARGV[3])
redis.call('ZCARD', KEYS[2]) -- a key of another type fails here, when nothing has been written yet
local last = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0)
if lasts > 0 then
  if now - last > UNCHANGED then
    redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
  end
  redis.call('ZADD', KEYS[2], string.format('%.0f', now + lasts), ARGV[2])
else
  redis.call('ZREM', KEYS[2], ARGV[2])
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[2], 60000)
local result = { redis.call('ZCARD', KEYS[2]) }
for _, count in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  result[#result + 1] = count
end
return result
