-- Notes that a page of the user has been sent everything up to ARGV[2].
-- What lies after the end is of data that Redis has lost. It counts for nothing, or it would hide all that comes until then.
local last = epoch and join(epoch, offset)
if last and not is_after(ARGV[2], last) and (not delivered or is_after(delivered, last) or is_after(ARGV[2], delivered)) then
  redis.call('HSET', marks, 'delivered', ARGV[2])
  redis.call('PEXPIRE', marks, lifetime)
end
return 1
