-- The user has read everything up to ARGV[2]; announces that. ARGV[3] channel, [4] the connection that says so, or '-'.
-- Returns the read mark and how many are unread.
local last = inbox_end()
local known = redis.call('HGET', marks, 'read')
local read = ARGV[2]
if is_after(read, last) then
  read = last
end
if known and not is_after(read, known) then
  return { known, unread(last, known) }
end
redis.call('HSET', marks, 'read', read)
redis.call('PEXPIRE', marks, retention)
local left = unread(last, read)
redis.call('PUBLISH', ARGV[3], 'r' .. read .. ' ' .. left .. ' ' .. ARGV[4])
return { read, left }
