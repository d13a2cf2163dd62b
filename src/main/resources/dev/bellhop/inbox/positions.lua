-- A position's two numbers, or nothing. Epochs are milliseconds, below 2^53, so Lua's numbers hold them exactly.
local function split(position)
  local epoch, offset = string.match(position, '^(%d+)-(%d+)$')
  return tonumber(epoch), tonumber(offset)
end

local function join(epoch, offset)
  return string.format('%.0f-%.0f', epoch, offset)
end

local function is_after(a, b)
  -- why: nearly all ids are of 13 digits and a number, and to take them apart costs ten times as much
  if #a == #b and string.byte(a, 14) == 45 and string.byte(b, 14) == 45 then
    return a > b
  end
  local a_epoch, a_offset = split(a)
  local b_epoch, b_offset = split(b)
  return a_epoch > b_epoch or (a_epoch == b_epoch and a_offset > b_offset)
end
