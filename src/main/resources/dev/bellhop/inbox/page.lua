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
-- why some at a time: of large messages few fit into the answer, and the rest would be read in vain
local looked, bytes = 0, 0
repeat
  local asked = math.min(10, most - looked)
  local some = redis.call('XREVRANGE', inbox, upper, '-', 'COUNT', asked)
  for _, entry in ipairs(some) do
    if result[5] == '' then
      local frame = field(entry, 'frame')
      if frame and not is_expired(entry) then
        result[#result + 1] = entry[1]
        result[#result + 1] = field(entry, 'at')
        result[#result + 1] = frame
        bytes = bytes + #frame
      end
      looked = looked + 1
      upper = '(' .. entry[1]
      if looked == most or bytes >= tonumber(ARGV[4]) then
        result[5] = entry[1]
      end
    end
  end
until result[5] ~= '' or #some < asked
return result
