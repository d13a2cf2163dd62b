-- What a page needs that logs in or goes on replaying.
-- ARGV[2] the last position that the page has seen, or '' for what no page of the user has been sent yet;
-- [3] the newest position that this node has sent, or ''; [4] most entries
-- Returns the inbox's end, unread, 1 if nothing can be missing (else 0), the position replayed from, the position
-- replayed to, 1 if there is more (else 0), how many had expired; then position, expiry and frame of each message.
local from, most = ARGV[2], tonumber(ARGV[4])
local last = inbox_end()
redis.call('PEXPIRE', marks, retention)
drop_old()
local known = redis.call('HMGET', marks, 'delivered', 'read')
if from == '' then
  from = known[1] or '0-0'
  if ARGV[3] ~= '' and is_after(ARGV[3], from) then
    from = ARGV[3]
  end
end

local last_epoch, last_offset = split(last)
local from_epoch, from_offset = split(from)
local first = redis.call('XRANGE', inbox, '-', '+', 'COUNT', 1)[1]
local complete = false
if is_after(from, last) then
  from = '0-0' -- it comes from data that Redis no longer has: all that is there is news
elseif from_epoch == last_epoch then
  complete = from_offset == last_offset
  if first and not complete then
    local first_epoch, first_offset = split(first[1])
    complete = first_epoch < last_epoch or first_offset <= from_offset + 1
  end
elseif from == '0-0' then -- no page has ever been sent anything
  if first then
    local first_epoch, first_offset = split(first[1])
    complete = first_epoch == last_epoch and first_offset == 1
  else
    complete = last_offset == 0
  end
end

local to, expired = from, 0
local entries = redis.call('XRANGE', inbox, '(' .. from, '+', 'COUNT', most)
if #entries == 0 then
  from, to = last, last -- a page that has nothing to catch up with stands at the end
end
local result = { last, unread(last, known[2]), complete and 1 or 0, from, to, #entries == most and 1 or 0, 0 }
for _, entry in ipairs(entries) do
  to = entry[1]
  if is_expired(entry) then
    expired = expired + 1
  else
    result[#result + 1] = to
    result[#result + 1] = field(entry, 'expires') or '0'
    result[#result + 1] = field(entry, 'frame')
  end
end
result[5] = to
result[7] = expired
return result
