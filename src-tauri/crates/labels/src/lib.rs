//! A label described in millimetres, to PDF and PNG.
