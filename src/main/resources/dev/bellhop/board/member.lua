-- Writes with the user from where to where on a group's board messages are for them. KEYS[1] memberships (hash) of the user: by group,
-- '<from>' or '<from> <until>', several of these parted by commas; ARGV[1] group, [2] 1 member, 0 not any more; [3] place on the board; [4]
-- where to announce to the user; [5] how long an ended membership is remembered in ms; [6] most groups of one user
-- Returns 1 if something has changed, 0 if not, 2 if the user is in too many groups. Then, if the announcement was refused, why.
local time = redis.call('TIME')
local forgotten = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[5])
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  -- what was published to a membership that ended so long ago is gone from every board
  local ended = string.match(all[i + 1], ' (%d+)%-%d+$')
  if ended and tonumber(ended) < forgotten and all[i] ~= ARGV[1] then
    redis.call('HDEL', KEYS[1], all[i])
  end
end
local known = redis.call('HGET', KEYS[1], ARGV[1]) or ''
local open = known ~= '' and string.match(known, '([^,]*)$')
local is_member = open and not string.find(open, ' ', 1, true)
local now = nil
if ARGV[2] == '1' and not is_member then
  if known == '' and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[6]) then
    return 2
  end
  now = known == '' and ARGV[3] or known .. ',' .. ARGV[3]
  -- why bounded: who joins and leaves for ever must not fill the hash
  local spans = {}
  for span in string.gmatch(now, '[^,]+') do
    spans[#spans + 1] = span
  end
  if #spans > 20 then
    now = table.concat(spans, ',', #spans - 19)
  end
elseif ARGV[2] == '0' and is_member then
  now = known .. ' ' .. ARGV[3]
end
if not now then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], now)
local heard = tell(ARGV[4], 'g')
if type(heard) == 'table' and heard.err then
  return { 1, heard.err }
end
return 1
