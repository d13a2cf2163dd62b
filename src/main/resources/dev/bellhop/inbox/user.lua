-- Opens the inbox of the one user whose keys these are; after common.lua. KEYS[1] inbox, KEYS[2] marks
open(KEYS[1], KEYS[2], 'delivered', 'read', 'read_n')
local delivered, read, read_n = known[6], known[7], tonumber(known[8] or nil)
