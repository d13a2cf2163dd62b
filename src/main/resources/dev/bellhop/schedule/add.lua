-- Schedules one message, once for each id. KEYS[1] scheduled (zset), KEYS[2] what is known of this id;
-- ARGV[1] due in epoch seconds, [2] message, [3] for how long after that the id is remembered, in ms, [4] 1 if the message has a ttl;
-- a time in the past is now, and it is Redis's clock that decides.
-- Returns 1, or 0 if the id had been scheduled already.
if redis.call('EXISTS', KEYS[2]) == 1 then
  return 0
end
local time = redis.call('TIME')
local message, due = ARGV[2], math.max(ARGV[1], time[1])
if ARGV[4] == '1' and tonumber(ARGV[1]) < tonumber(time[1]) then
  -- why: a ttl counts from when the message is due, but not from before it was given
  message = string.format('{"ttl_from":%.0f,', time[1] * 1000) .. string.sub(message, 2)
end
redis.call('ZADD', KEYS[1], ARGV[1], message)
redis.call('SET', KEYS[2], message, 'PXAT', string.format('%.0f', due * 1000 + ARGV[3]))
return 1
