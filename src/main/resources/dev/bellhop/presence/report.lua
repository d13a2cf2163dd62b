-- A node reports. ARGV[1] how long it counts, in ms; [2] the node; [3] its report, empty: none any more.
living()
if ARGV[3] == '' then
  return redis.call('HDEL', reports, ARGV[2])
end
redis.call('HSET', reports, ARGV[2], string.format('%.0f', now + ARGV[1]) .. ' ' .. ARGV[3])
return redis.call('PEXPIRE', reports, ARGV[1])
