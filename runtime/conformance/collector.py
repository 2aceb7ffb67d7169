"""A collector that reads traces with OpenTelemetry's own definitions. Prints its port, and when told to stop what it saw.

Exits with 1 when anything came that it could not read or that no collector would want.
"""

import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span

spans = []
faults = []


def examine(request):
    for resource_spans in request.resource_spans:
        named = {each.key: each.value.string_value for each in resource_spans.resource.attributes}
        if not named.get("service.name"):
            faults.append("a resource without service.name")
        for scope_spans in resource_spans.scope_spans:
            spans.extend(scope_spans.spans)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        request = ExportTraceServiceRequest()
        try:
            request.ParseFromString(body)
            if request.SerializeToString() != body:
                faults.append("a field that the definitions do not have, or have in another way")
            examine(request)
        except Exception as error:
            faults.append(f"a message that cannot be read: {error}")
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def judge():
    ids = {(each.trace_id, each.span_id) for each in spans}
    if len(ids) != len(spans):
        faults.append("two spans with one id")
    for each in spans:
        if len(each.trace_id) != 16 or len(each.span_id) != 8:
            faults.append("an id of another length")
        if each.end_time_unix_nano < each.start_time_unix_nano:
            faults.append("a span that ends before it starts")
        if each.kind == Span.SPAN_KIND_INTERNAL and (each.trace_id, each.parent_span_id) not in ids:
            faults.append("a stage without its request")
    requests = [each for each in spans if each.kind == Span.SPAN_KIND_SERVER]
    if not requests:
        faults.append("no span of a request")
    for fault in sorted(set(faults)):
        print(f"FAILED traces: {fault}")
    print(f"{len(spans)} spans of {len(requests)} requests read with OpenTelemetry's definitions")
    sys.stdout.flush()
    sys.exit(1 if faults else 0)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
try:
    server.serve_forever()
except KeyboardInterrupt:
    judge()
