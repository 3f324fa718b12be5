//! The console: the built pages, embedded. A path that is no file is a page of the console, but never one of the API.

use axum::extract::Request;
use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use super::problem::Problem;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/web/dist"]
struct Dist;

/// Names with a hash in them never change their content.
const FOREVER: &str = "public, max-age=31536000, immutable";
const NOT_BUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>Avow</title>\
    <h1>控制台未构建 · The console was not built</h1>\
    <p>请运行 <code>cargo x build</code> 后重新启动。Run <code>cargo x build</code> and start again. \
    The API is at <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.</p></html>";

pub(super) async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem::not_found(format!("there is nothing at {path}; see /api/v1/openapi.json")).into_response();
    }
    let name = path.trim_start_matches('/');
    if let Some(file) = Dist::get(name).filter(|_| !name.is_empty()) {
        let caching = if name.starts_with("assets/") { FOREVER } else { "no-cache" };
        return page(media_type(name), caching, file.data.into_owned());
    }
    if name.starts_with("assets/") {
        return Problem::not_found("this file is not part of the console; reload the page").into_response();
    }
    let index = Dist::get("index.html").map_or_else(|| NOT_BUILT.into(), |file| file.data.into_owned());
    page("text/html; charset=utf-8", "no-cache", index)
}

fn page(media_type: &'static str, caching: &'static str, bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, caching)], bytes).into_response()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
