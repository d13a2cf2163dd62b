-- Makes the message due at ARGV[3] (epoch seconds); ARGV[4] as in add.lua.
redis.call('ZADD', KEYS[1], 'XX', ARGV[3], message)
if ARGV[1] == '' then
  local due = math.max(ARGV[3], redis.call('TIME')[1])
  redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', due * 1000 + ARGV[4]))
end
return { 'done', message, redis.call('ZSCORE', KEYS[1], message), redis.sha1hex(message) }
