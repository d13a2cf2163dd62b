-- The user has read everything up to ARGV[2]; announces that. ARGV[3] where to announce, [4] the connection that says so, or '-'.
-- Returns the read mark, how many are unread, how many had expired unsent; then, if the announcement was refused, why.
find_end()
local last = join(epoch, offset)
local lost = (split(ARGV[2])) > epoch -- of data that Redis no longer has: it says nothing about what there is now
local position = is_after(ARGV[2], last) and last or ARGV[2]
local moved = not lost and (not read or is_after(position, read))
if moved then
  read, read_n = position, math.max(read_n or 0, number_at(position))
  redis.call('HSET', marks, 'read', read, 'read_n', read_n)
  redis.call('PEXPIRE', marks, lifetime)
end
local expired = settle()
local result = { read or '0-0', unread(), expired }
if moved then
  local heard = tell(ARGV[3], 'r' .. read .. ' ' .. result[2] .. ' ' .. ARGV[4])
  if type(heard) == 'table' and heard.err then
    result[4] = heard.err
  end
end
return result
