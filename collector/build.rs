//! The folder of the built console must exist, so that the collector also builds where nobody built the console yet.

fn main() {
    let folder = std::path::Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("web/dist");
    if let Err(error) = std::fs::create_dir_all(&folder) {
        println!("cargo::warning=make {}: {error}", folder.display());
    }
    println!("cargo::rerun-if-changed=web/dist");
}
