-- A user watches. ARGV[1] for how long, in ms; [2] most users; [3] the user. Returns 1, or 0 if there are too many others.
local gone = redis.call('ZRANGEBYSCORE', watchers, '-inf', now)
if #gone > 0 then
  redis.call('ZREM', watchers, unpack(gone)) -- at most ARGV[2] of them
end
if not redis.call('ZSCORE', watchers, ARGV[3]) and redis.call('ZCARD', watchers) >= tonumber(ARGV[2]) then
  return 0
end
redis.call('ZADD', watchers, now + ARGV[1], ARGV[3])
redis.call('PEXPIRE', watchers, ARGV[1])
return 1
