-- The inbox, newest first, without numbering anything. ARGV[2] only what lies before this position, or '' for all;
-- [3] most messages.
-- Returns the inbox's end or '', unread, read mark or '', delivered mark or '', position to go on before or '', how many had
-- expired unsent; then position, time kept in ms and frame of each message.
local most = tonumber(ARGV[3])
local result = { '', 0, read or '', delivered or '', '', 0 }
if epoch and count then
  result[1] = join(epoch, offset)
  result[6] = settle()
  result[2] = unread()
end
if most == 0 or ARGV[2] == '0-0' then -- Redis refuses an interval that ends before the first id
  return result
end
local upper = ARGV[2] == '' and '+' or '(' .. ARGV[2]
local entries = redis.call('XREVRANGE', inbox, upper, '-', 'COUNT', most)
for _, entry in ipairs(entries) do
  local frame = field(entry, 'frame')
  if frame and not is_expired(entry) then
    result[#result + 1] = entry[1]
    result[#result + 1] = field(entry, 'at')
    result[#result + 1] = frame
  end
end
if #entries == most then
  result[5] = entries[#entries][1]
end
return result
