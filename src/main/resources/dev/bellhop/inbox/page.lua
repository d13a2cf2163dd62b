-- The inbox, newest first, without numbering anything. ARGV[2] only what lies before this position, or '' for all;
-- [3] most messages; [4] about the most bytes: the message that reaches it is the last.
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
local bytes = 0
for i, entry in ipairs(entries) do
  local frame = field(entry, 'frame')
  if frame and not is_expired(entry) then
    result[#result + 1] = entry[1]
    result[#result + 1] = field(entry, 'at')
    result[#result + 1] = frame
    bytes = bytes + #frame
    if bytes >= tonumber(ARGV[4]) and i < #entries then
      result[5] = entry[1]
      break
    end
  end
end
if result[5] == '' and #entries == most then
  result[5] = entries[#entries][1]
end
return result
