-- The inbox, newest first, without numbering anything; after some.lua. ARGV[2] only what lies before this position, or '' for all;
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
local before = ARGV[2]

local function read(asked)
  return redis.call('XREVRANGE', inbox, before == '' and '+' or '(' .. before, '-', 'COUNT', asked)
end

local function take(entry)
  before = entry[1]
  local frame = field(entry, 'frame')
  if not frame or is_expired(entry) then
    return 0
  end
  result[#result + 1] = entry[1]
  result[#result + 1] = field(entry, 'at')
  result[#result + 1] = frame
  return #frame
end

if take_some(most, tonumber(ARGV[4]), read, take) then
  result[5] = before
end
return result
