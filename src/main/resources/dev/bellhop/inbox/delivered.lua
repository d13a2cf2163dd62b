-- Notes that a page of the user has been sent everything up to ARGV[2].
local known = redis.call('HGET', marks, 'delivered')
if not known or is_after(ARGV[2], known) then
  redis.call('HSET', marks, 'delivered', ARGV[2])
  redis.call('PEXPIRE', marks, retention)
end
return 1
