-- A user becomes a member of a group, or is one no more. KEYS[1] board (stream), KEYS[2] members (zset);
-- ARGV[1] user, [2] 1 to become one, 0 to leave
-- Returns the board's newest id, or '0-0': what comes after it is published to the members from now on.
if ARGV[2] == '1' then
  redis.call('ZADD', KEYS[2], 0, ARGV[1])
else
  redis.call('ZREM', KEYS[2], ARGV[1])
end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
return last and last[1] or '0-0'
