-- Moves what is due, earliest first, into the ingest stream; after some.lua. Redis's clock decides.
-- KEYS[1] scheduled (zset by epoch seconds), KEYS[2] ingest stream; ARGV[1] most at once, [2] about the most bytes: the message that reaches
-- it is the last. Longer calls would hold up Redis
-- A message with a ttl takes along from when it counts (ttl_from, ms): the time it was due, or was given if that was later.
-- Returns how many, 1 if more may be due (else 0), and the milliseconds until the next one is due, or -1.
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local due = string.format('%.6f', now)
local moved = 0

local function read(asked)
  return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', due, 'LIMIT', 0, asked)
end

local function take(message)
  if string.find(message, '"ttl"', 1, true) then
    local score = tonumber(redis.call('ZSCORE', KEYS[1], message)) * 1000
    local given = tonumber(string.match(message, '^{"ttl_from":(%d+),') or 0)
    redis.call('XADD', KEYS[2], '*', 'message', message, 'ttl_from', string.format('%.0f', math.max(1, score, given)))
  else
    redis.call('XADD', KEYS[2], '*', 'message', message)
  end
  redis.call('ZREM', KEYS[1], message)
  moved = moved + 1
  return #message
end

local more = take_some(tonumber(ARGV[1]), tonumber(ARGV[2]), read, take)
local following = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local wait = -1
if following[2] then
  local seconds = tonumber(following[2]) - now
  wait = seconds < 86400 and math.max(0, math.ceil(seconds * 1000)) or -1
end
return { moved, more and 1 or 0, wait }
