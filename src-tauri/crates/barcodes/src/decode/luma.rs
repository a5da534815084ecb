//! A grey picture.

use std::fmt;

/// Grey pixels, 8 bits each, row by row, owned.
#[derive(Clone, PartialEq, Eq)]
pub struct Luma {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

/// Why pixels are not a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LumaError {
    /// Width or height is zero.
    #[error("the picture has no pixels")]
    Empty,
    /// The buffer's length is not width × height.
    #[error("{width} × {height} pixels need as many bytes, not {length}")]
    WrongLength {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// Bytes given.
        length: usize,
    },
}

impl LumaError {
    /// A stable code for this error.
    pub fn code(&self) -> &'static str {
        match self {
            LumaError::Empty => "luma-empty",
            LumaError::WrongLength { .. } => "luma-wrong-length",
        }
    }
}

impl Luma {
    /// From exactly width × height bytes, 0 black, 255 white.
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Result<Luma, LumaError> {
        if width == 0 || height == 0 {
            return Err(LumaError::Empty);
        }
        let needed = (width as usize).checked_mul(height as usize);
        if needed != Some(pixels.len()) {
            return Err(LumaError::WrongLength { width, height, length: pixels.len() });
        }
        Ok(Luma { width, height, pixels })
    }

    /// In pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// In pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Row by row from the top left.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Gives the buffer back, for the next frame.
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }
}

/// Its size only: a million pixels are no help in a log.
impl fmt::Debug for Luma {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Luma({} × {})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_buffers_of_the_right_length() {
        assert_eq!(Luma::new(0, 5, vec![]).unwrap_err().code(), "luma-empty");
        assert_eq!(Luma::new(2, 2, vec![0; 3]).unwrap_err().code(), "luma-wrong-length");
        assert_eq!(Luma::new(u32::MAX, u32::MAX, vec![0; 3]).unwrap_err().code(), "luma-wrong-length");
        assert_eq!(format!("{:?}", Luma::new(2, 1, vec![0; 2]).unwrap()), "Luma(2 × 1)");
    }
}
