-- For wrk: asks for the same thing DEPTH times in one write, and prints its result as one line of JSON.
-- Arguments behind "--": DEPTH, and perhaps REQUESTs to be made in turn instead, each a path with a field on each further line
local batches = {}
local turn = 0

function init(args)
  local depth = tonumber(args[1])
  for i = 2, #args do
    local path, rest = args[i]:match('([^\n]*)\n?(.*)')
    local fields = {Host = wrk.headers.Host}
    for name, value in rest:gmatch('([^:\n]+): ([^\n]*)') do
      fields[name] = value
    end
    batches[i - 1] = wrk.format('GET', path, fields):rep(depth)
  end
  if #batches == 0 then
    batches[1] = wrk.format():rep(depth)
  end
end

function request()
  turn = turn % #batches + 1
  return batches[turn]
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    'RESULT {"requests":%d,"octets":%d,"seconds":%.6f,"failed":%d,"refused":%d,"p50":%.4f,"p99":%.4f}\n',
    summary.requests, summary.bytes, summary.duration / 1e6, failed, summary.errors.status,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
  ))
end
