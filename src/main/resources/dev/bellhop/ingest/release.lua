-- Gives up the lease KEYS[1] if node ARGV[1] holds it, so that another node need not wait for it to end; after lease.lua.
if held(KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
