//! `GET /v1/openapi.json`: the calls, described in OpenAPI 3.1 for those who build against them.

use axum::Json;
use serde_json::{Map, Value, json};

/// A call: address, method, what it does, statuses of its good replies.
type Described = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// Every call of a station. A test compares them with the routes.
pub const CALLS: [Described; 15] = [
    ("/v1/challenge", "get", "A nonce to be signed into the next calls, and the server's time", &["200"]),
    ("/v1/enrol", "post", "A one-time code makes a key a station's", &["200"]),
    ("/v1/hello", "post", "What head office makes of a station's head", &["200"]),
    ("/v1/stations/{station}/epochs", "post", "Leave an epoch; the number of the next one", &["200"]),
    ("/v1/stations/{station}/epochs", "get", "What is held of a station", &["200"]),
    (
        "/v1/stations/{station}/epochs/{epoch}/events/{range}",
        "put",
        "Events FIRST-LAST of an epoch: NDJSON in zstd, with Prev-Hash and Last-Hash; the reply is the receipt",
        &["200"],
    ),
    ("/v1/stations/{station}/epochs/{epoch}/events", "get", "A station's own events back", &["200"]),
    ("/v1/stations/{station}/unreadable", "post", "Events that got a 422, kept as they are", &["200"]),
    ("/v1/feeds/{feed}", "get", "Changes of a feed behind a cursor", &["200"]),
    ("/v1/feeds/{feed}/snapshot", "get", "A feed from its beginning, without what is gone", &["200"]),
    ("/v1/blobs", "post", "Offer a photo: held already, or a place to send it to", &["200", "201"]),
    ("/v1/blobs/{sha256}", "head", "How far a photo is held", &["200"]),
    ("/v1/blobs/{sha256}", "get", "A photo back, from an offset on", &["200"]),
    ("/v1/blobs/{sha256}", "patch", "A piece of a photo at Upload-Offset", &["200"]),
    ("/readyz", "get", "Whether calls should be sent here", &["200"]),
];

pub(super) async fn document() -> Json<Value> {
    Json(describe())
}

fn describe() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for (path, method, summary, good) in CALLS {
        let refused = json!({
            "description": "Refused: a stable code with what its words need",
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        });
        let mut replies: Map<String, Value> = Map::from_iter([("default".to_owned(), refused)]);
        replies.extend(good.iter().map(|status| ((*status).to_owned(), json!({ "description": "Done" }))));
        let parameters: Vec<Value> = names(path)
            .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
            .collect();
        let open = matches!(path, "/v1/challenge" | "/readyz");
        let call = json!({
            "summary": summary,
            "operationId": format!("{method} {path}"),
            "parameters": parameters,
            "responses": replies,
            "security": if open { json!([]) } else { json!([{ "stationSignature": [] }]) },
        });
        if let Some(methods) = paths.entry(path.to_owned()).or_insert_with(|| json!({})).as_object_mut() {
            methods.insert(method.to_owned(), call);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Head office",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The calls of a returns station. All but the challenge are signed (RFC 9421, Ed25519, over \
                method, path, query, Content-Digest, RS-Nonce and the challenge); all replies to them are signed back.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "stationSignature": { "type": "apiKey", "in": "header", "name": "Signature" },
            },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "required": ["code"],
                    "properties": {
                        "code": { "type": "string" },
                        "args": { "type": "object", "additionalProperties": { "type": "string" } },
                    },
                },
            },
        },
    })
}

/// Names in braces.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The routes as the server's source names them: axum does not tell them.
    fn routes() -> BTreeSet<(String, String)> {
        let source = include_str!("mod.rs");
        let router = source.split("fn router(").nth(1).unwrap().split("\n}\n").next().unwrap();
        let mut found = BTreeSet::new();
        for route in router.split(".route(\"").skip(1) {
            let (path, rest) = route.split_once('"').unwrap();
            let answered = rest.split("\n        .").next().unwrap();
            for method in ["get", "post", "put", "head", "patch", "delete"] {
                if answered.contains(&format!("{method}(")) {
                    found.insert((path.to_owned(), method.to_owned()));
                }
            }
        }
        found
    }

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let undescribed = [("/v1/openapi.json", "get"), ("/healthz", "get")];
        let mut described: BTreeSet<(String, String)> =
            CALLS.iter().map(|(path, method, ..)| ((*path).to_owned(), (*method).to_owned())).collect();
        assert_eq!(described.len(), CALLS.len(), "none twice");
        described.extend(undescribed.map(|(path, method)| (path.to_owned(), method.to_owned())));
        assert_eq!(routes(), described);
    }
}
