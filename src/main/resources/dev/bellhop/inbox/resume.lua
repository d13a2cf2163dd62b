-- What a page needs that logs in or goes on replaying; after some.lua.
-- KEYS[4] and further, where a page logs in: the keys that are there if a login has ended
-- ARGV[2] the last position that the page has seen, or '' for what no page of the user has been sent yet;
-- [3] the newest position that this node has sent, or ''; [4] most entries;
-- [5] about the most bytes: the entry that reaches it is the last
-- Returns for each of these keys a 1 if it is there (else 0), in one text; the inbox's end, unread, 1 if nothing can be missing (else 0), the position replayed from, the position
-- replayed to, 1 if there is more (else 0), how many had expired unsent; then position and frame of each message.
local from = ARGV[2]
find_end()
-- why: a Redis that refuses to write (it has no disk, or has become a replica) can still say what it has
local kept_alive = redis.pcall('PEXPIRE', marks, lifetime)
local may_write = type(kept_alive) ~= 'table'
if may_write then
  drop_old()
elseif not (string.find(kept_alive.err, '^MISCONF') or string.find(kept_alive.err, '^READONLY') or string.find(kept_alive.err, '^NOREPLICAS')) then
  return kept_alive
end
local last = join(epoch, offset)
if from == '' then
  from = delivered or '0-0'
  if ARGV[3] ~= '' and is_after(ARGV[3], from) then
    from = ARGV[3]
  end
end

local from_epoch, from_offset = split(from)
local complete = false
if is_after(from, last) then
  from = '0-0' -- it comes from data that Redis no longer has: all that is there is news
elseif from_epoch == epoch then
  complete = from_offset == offset or number_at(from) >= count - holds()
elseif from == '0-0' then -- no page has ever been sent anything
  complete = count == offset and count == holds()
end

local to = from
local entries, after = {}, from

local function read(asked)
  return redis.call('XRANGE', inbox, '(' .. after, '+', 'COUNT', asked)
end

local function take(entry)
  entries[#entries + 1] = entry
  after = entry[1]
  return #(field(entry, 'frame') or '')
end

local more = take_some(tonumber(ARGV[4]), tonumber(ARGV[5]), read, take)
if #entries == 0 then
  from, to = last, last -- a page that has nothing to catch up with stands at the end
end
local expired = may_write and settle() or 0
local ended = {}
for i = 4, #KEYS do
  ended[#ended + 1] = redis.call('EXISTS', KEYS[i])
end
local result = { table.concat(ended), last, unread(), complete and 1 or 0, from, to, more and 1 or 0, expired }
for _, entry in ipairs(entries) do
  result[6] = entry[1]
  local frame = field(entry, 'frame')
  if frame and not is_expired(entry) then
    result[#result + 1] = entry[1]
    result[#result + 1] = frame
  end
end
return result
