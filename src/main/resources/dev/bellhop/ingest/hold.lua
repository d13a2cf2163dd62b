-- Takes or keeps the lease of the node that reads the ingest stream; after positions.lua and lease.lua.
-- KEYS[1] ingest stream, KEYS[2] lease; ARGV[1] node, [2] lease in ms, [3] the entry up to which this node has taken the stream (0-0: nothing),
--   [4] the same as of its call before
-- Returns 1 if this node has been the reader since its call before, 2 if it is one anew: what it has taken since then may not count; else 0; and
-- the stream's newest id, about how many bytes it has (0: not known), and how many entries.
--
-- The node reads the stream right before this call, on the same connection. As the lease says how far it had come, another cannot have
-- read meanwhile: so a node that was asleep finds out before it keeps what it has read, and the stream's order stays the inboxes' order.
--
-- Why no consumer group: what is done leaves the stream, and there is one reader. All that it needs to know is how far it has come. A group
-- remembers each entry, and that costs Redis as much as to add one.
local stream, lease, node, taken = KEYS[1], KEYS[2], ARGV[1], ARGV[3]
local holder, cursor = held(lease)
if holder and holder ~= node then
  return { 0 }
end
local newest, length = '0-0', 0
local info = redis.pcall('XINFO', 'STREAM', stream) -- fails where there is none
for i = 1, info.err and 0 or #info, 2 do
  if info[i] == 'last-generated-id' then
    newest = info[i + 1]
  elseif info[i] == 'length' then
    length = info[i + 1]
  end
end
-- Redis may have lost its newest data, or the stream was deleted: then ids that this node has passed may be given anew
local continued = cursor == ARGV[4] and not is_after(taken, newest)
redis.call('SET', lease, (continued and taken or '0-0') .. ' ' .. node, 'PX', ARGV[2])
-- why: the next entries are read as a whole only where they fit into a node's memory
local bytes = redis.pcall('MEMORY', 'USAGE', stream, 'SAMPLES', 1000)
return { continued and 1 or 2, newest, type(bytes) == 'number' and bytes or 0, length }
