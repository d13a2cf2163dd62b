-- What a node needs to know of a user to take in what is new on their boards.
-- KEYS[1] the user's marks (hash), KEYS[2] the user's memberships (hash); not given where it is known that there are none
-- Returns how many marks of boards there are, and of each its board and place; then group and spans of each membership.
local result = { 0 }
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local board = string.match(all[i], '^board:(.*)$')
  if board then
    result[1] = result[1] + 1
    result[#result + 1] = board
    result[#result + 1] = all[i + 1]
  end
end
for _, text in ipairs(KEYS[2] and redis.call('HGETALL', KEYS[2]) or {}) do
  result[#result + 1] = text
end
return result
