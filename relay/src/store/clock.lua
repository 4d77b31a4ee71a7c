-- The store's own clock, in microseconds, and sends that it knows: the beginning of each script that has both.
--
-- KEYS[1]: the sends, a sorted set: member `RELAY:NUMBER`, score the time. KEYS[2]: a hash: `closed`, until when
-- the service asked not to be called, and for each limit that the service named its period with `MAX NAMED_AT`.
-- ARGV[1]: the time, for tests; else empty.

local function integer(value)
    return string.format('%.0f', value)
end

local now = tonumber(ARGV[1])
if not now then
    local time = redis.call('TIME')
    now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- Where the clock went back, nothing is in the future: else it would count until the clock is there again.
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if last[1] and tonumber(last[2]) > now then
    local future = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. integer(now), '+inf')
    for _, member in ipairs(future) do
        redis.call('ZADD', KEYS[1], integer(now), member)
    end
end

local function record(member, time, most, keep)
    redis.call('ZADD', KEYS[1], 'NX', integer(time), member)
    redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -(most + 1))
    redis.call('PEXPIRE', KEYS[1], keep)
end
