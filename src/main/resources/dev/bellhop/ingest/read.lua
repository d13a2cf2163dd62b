-- Takes entries of the ingest stream for the node that holds the lease. Holding it and taking are one step, so a node
-- that was asleep cannot take entries after another has become the reader: the stream's order stays the inboxes' order.
-- KEYS[1] ingest stream, KEYS[2] lease; ARGV[1] node, [2] lease in ms, [3] most entries, [4] where to go on with what is
-- pending (taken by any node, not done), or '' for new entries; [5] most bytes of a message: of a longer one only so many are returned.
-- With [3] 0 nothing is taken and the lease is held.
-- Returns 1 if this node is the reader, 2 if it has just become it (else 0 and nothing more), where to go on with what is pending or '', the stream's
-- newest id if there are no entries (else 0-0), and the entries, three for each: id, message, from when its ttl counts (ms since 1970).
local stream, lease, node, most, cursor, longest = KEYS[1], KEYS[2], ARGV[1], ARGV[3], ARGV[4], tonumber(ARGV[5])
local holder = redis.call('GET', lease)
if holder and holder ~= node then
  return { 0 }
end
redis.call('SET', lease, node, 'PX', ARGV[2])
if not holder then
  cursor = '0-0' -- a new reader begins with what the one before left undone
end
if most == '0' then
  return { holder and 1 or 2, cursor, '0-0' }
end
if cursor == '0-0' then
  redis.pcall('XGROUP', 'CREATE', stream, 'bellhop', '0', 'MKSTREAM') -- fails where it exists
end

local entries
if cursor ~= '' then
  local claimed = redis.call('XAUTOCLAIM', stream, 'bellhop', node, 0, cursor, 'COUNT', most)
  entries, cursor = claimed[2], claimed[1]
  if cursor == '0-0' then
    cursor = ''
    for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', stream, 'bellhop')) do
      if consumer[2] ~= node and consumer[4] == 0 then
        redis.call('XGROUP', 'DELCONSUMER', stream, 'bellhop', consumer[2])
      end
    end
  end
else
  local read = redis.pcall('XREADGROUP', 'GROUP', 'bellhop', node, 'COUNT', most, 'STREAMS', stream, '>')
  if read and read.err then -- the stream has been deleted, and its group with it
    redis.call('XGROUP', 'CREATE', stream, 'bellhop', '0', 'MKSTREAM')
    read = redis.call('XREADGROUP', 'GROUP', 'bellhop', node, 'COUNT', most, 'STREAMS', stream, '>')
  end
  entries = read and read[1][2] or {}
end

local newest = '0-0'
if #entries == 0 then -- else nobody waits for what comes after it
  local info = redis.call('XINFO', 'STREAM', stream)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      newest = info[i + 1]
    end
  end
end
local result = { holder and 1 or 2, cursor, newest }
for _, entry in ipairs(entries) do
  local message, ttl_from = '', string.match(entry[1], '^%d+') -- when it was added
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'message' then
      message = entry[2][i + 1]
    elseif entry[2][i] == 'ttl_from' then
      ttl_from = string.match(entry[2][i + 1], '^%d%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?$') or ttl_from
    end
  end
  result[#result + 1] = entry[1]
  result[#result + 1] = #message > longest and string.sub(message, 1, longest) or message
  result[#result + 1] = ttl_from
end
return result
