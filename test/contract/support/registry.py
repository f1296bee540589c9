"""registry.py ARCHIVE...   serves the images of `docker save` archives on 127.0.0.1:5000, as a registry does to who pulls.

Source: https://distribution.github.io/distribution/spec/manifest-v2-2/
"""

import hashlib
import http.server
import json
import sys
import tarfile

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
blobs = {}
manifests = {}


def keep(content, media_type):
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    blobs[digest] = content
    return {"mediaType": media_type, "size": len(content), "digest": digest}


for path in sys.argv[1:]:
    with tarfile.open(path) as archive:

        def read(name):
            return archive.extractfile(name).read()

        for image in json.loads(read("manifest.json")):
            layers = [keep(read(name), "application/vnd.docker.image.rootfs.diff.tar") for name in image["Layers"]]
            config = keep(read(image["Config"]), "application/vnd.docker.container.image.v1+json")
            manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}
            kept = keep(json.dumps(manifest).encode(), MANIFEST)
            for tag in image["RepoTags"]:
                repository, _, name = tag.partition("/")[2].rpartition(":")
                manifests[f"/v2/{repository}/manifests/{name}"] = kept["digest"]


class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        digest = manifests.get(self.path, self.path.rpartition("/")[2])
        found = b"{}" if self.path == "/v2/" else blobs.get(digest, b"")
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", MANIFEST if "/manifests/" in self.path else "application/octet-stream")
        self.send_header("Content-Length", str(len(found)))
        self.send_header("Docker-Content-Digest", digest)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(found)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", 5000), Registry).serve_forever()
