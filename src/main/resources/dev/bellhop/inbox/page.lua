-- The inbox, newest first, without changing anything. ARGV[2] only what lies before this position, or '' for all;
-- [3] most messages.
-- Returns the inbox's end or '', unread, read mark or '', delivered mark or '', position to go on before or '';
-- then position, time kept in ms and frame of each message.
local known = redis.call('HMGET', marks, 'last', 'read', 'delivered')
local last, most = known[1] or '', tonumber(ARGV[3])
local result = { last, last ~= '' and unread(last, known[2]) or 0, known[2] or '', known[3] or '', '' }
if most == 0 or ARGV[2] == '0-0' then -- Redis refuses an interval that ends before the first id
  return result
end
local upper = ARGV[2] == '' and '+' or '(' .. ARGV[2]
local entries = redis.call('XREVRANGE', inbox, upper, '-', 'COUNT', most)
for _, entry in ipairs(entries) do
  if not is_expired(entry) then
    result[#result + 1] = entry[1]
    result[#result + 1] = field(entry, 'at')
    result[#result + 1] = field(entry, 'frame')
  end
end
if #entries == most then
  result[5] = entries[#entries][1]
end
return result
