-- Schedules one message, once for each id. KEYS[1] scheduled (zset), KEYS[2] what is known of this id;
-- ARGV[1] due in epoch seconds, [2] message, [3] for how long after that the id is remembered, in ms; a time in the past is
-- now, and it is Redis's clock that decides.
-- Returns 1, or 0 if the id had been scheduled already.
if redis.call('EXISTS', KEYS[2]) == 1 then
  return 0
end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
local due = math.max(ARGV[1], redis.call('TIME')[1])
redis.call('SET', KEYS[2], ARGV[2], 'PXAT', string.format('%.0f', due * 1000 + ARGV[3]))
return 1
