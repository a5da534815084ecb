//! Head office's server: takes events and photos in, gives returns, documents and decisions out.
