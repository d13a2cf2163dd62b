-- Moves what is due, earliest first, into the ingest stream. Redis's clock decides.
-- KEYS[1] scheduled (zset by epoch seconds), KEYS[2] ingest stream; ARGV[1] most at once (longer calls would hold up Redis)
-- Returns how many, and the milliseconds until the next one is due, or -1.
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.6f', now), 'LIMIT', 0, ARGV[1])
for _, message in ipairs(due) do
  redis.call('XADD', KEYS[2], '*', 'message', message)
  redis.call('ZREM', KEYS[1], message)
end
local following = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local wait = -1
if following[2] then
  local seconds = tonumber(following[2]) - now
  wait = seconds < 86400 and math.max(0, math.ceil(seconds * 1000)) or -1
end
return { #due, wait }
