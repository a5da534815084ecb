//! Scanners, cameras and printers: real ones and simulated ones.
