//! Makers' own codes that set their scanners up, from `assets/scanners/makers.json`: shown one at a time, each with where
//! its content was published. What is not public is told by chapter and heading of the maker's guide.

use barcodes::write::{self, Fnc3, Level};
use serde::Deserialize;

use crate::desk::coded;
use crate::seam::{Coded, MakerView, SetUpStep, TestCode};
use crate::test_code::{drawn_bars, drawn_modules};

const FILE: &str = include_str!("../../../../assets/scanners/makers.json");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Maker {
    maker: String,
    models: String,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    does: Does,
    code: Option<Code>,
    source: Option<String>,
    guide: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Does {
    UsbSerial,
    AimIdentifiers,
}

impl Does {
    /// As it stands in the file and on the seam.
    fn name(self) -> &'static str {
        const USB_SERIAL: &str = "usb-serial";
        const AIM_IDENTIFIERS: &str = "aim-identifiers";
        match self {
            Self::UsbSerial => USB_SERIAL,
            Self::AimIdentifiers => AIM_IDENTIFIERS,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    symbology: Symbology,
    content: String,
    fnc3: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Symbology {
    #[serde(rename = "code-128")]
    Code128,
    Qr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Place {
    First,
    Last,
}

/// All makers with their codes drawn.
pub(crate) fn shown() -> Result<Vec<MakerView>, Coded> {
    read(FILE)?.iter().map(view).collect()
}

/// Looks at the file once, so that a wrong one is noticed when the station starts and not at a scanner's side.
pub(crate) fn check() -> Result<(), Coded> {
    shown().map(drop)
}

fn read(text: &str) -> Result<Vec<Maker>, Coded> {
    let bad = |detail: String| coded("scanner-makers-unreadable", [("detail", detail)]);
    let makers: Vec<Maker> = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
    for maker in &makers {
        for step in &maker.steps {
            let what = || format!("{} {:?}", maker.maker, step.does);
            if step.guide.trim().is_empty() {
                return Err(bad(format!("{}: no word on where the guide has it", what())));
            }
            if step.code.is_some() && step.source.as_ref().is_none_or(|source| source.trim().len() < 20) {
                return Err(bad(format!("{}: a code without a source", what())));
            }
            if step.code.as_ref().is_some_and(|code| code.symbology == Symbology::Qr && code.fnc3.is_some()) {
                return Err(bad(format!("{}: a QR code has no FNC3", what())));
            }
        }
    }
    Ok(makers)
}

fn view(maker: &Maker) -> Result<MakerView, Coded> {
    let steps = maker.steps.iter().map(|step| {
        Ok::<_, Coded>(SetUpStep {
            does: step.does.name().to_owned(),
            code: step.code.as_ref().map(drawn).transpose()?,
            source: step.source.clone(),
            guide: step.guide.clone(),
        })
    });
    Ok(MakerView {
        maker: maker.maker.clone(),
        models: maker.models.clone(),
        steps: steps.collect::<Result<_, Coded>>()?,
    })
}

fn drawn(code: &Code) -> Result<TestCode, Coded> {
    let wrong = |error: write::WriteError| coded(error.code(), []);
    Ok(match (code.symbology, code.fnc3) {
        (Symbology::Qr, _) => {
            drawn_modules(&code.content, &write::qr(code.content.as_bytes(), Level::M).map_err(wrong)?)
        }
        (Symbology::Code128, None) => {
            drawn_bars(&code.content, &write::code128(&code.content).map_err(wrong)?)
        }
        (Symbology::Code128, Some(place)) => {
            let fnc3 = match place {
                Place::First => Fnc3::First,
                Place::Last => Fnc3::Last,
            };
            drawn_bars(&code.content, &write::code128_for_readers(&code.content, fnc3).map_err(wrong)?)
        }
    })
}

#[cfg(test)]
mod tests {
    use barcodes::decode::{Luma, Mode, decode};

    use super::*;

    /// FNC3 in sets A and B (ISO/IEC 15417, table 1): bar, space, bar, space, bar, space.
    const FNC3: [u8; 6] = [1, 1, 4, 3, 1, 1];

    /// The picture's own path, painted: `M x y h w v h …` boxes, at so many pixels a module.
    fn painted(code: &TestCode, scale: usize) -> Luma {
        let (width, height) = (code.width as usize * scale, code.height as usize * scale);
        let mut pixels = vec![255_u8; width * height];
        for rect in code.svg_path.split('z').filter(|rect| !rect.is_empty()) {
            let numbers: Vec<usize> = rect
                .split(|c: char| !c.is_ascii_digit())
                .filter(|text| !text.is_empty())
                .map(|text| text.parse().unwrap())
                .collect();
            let [x, y, wide, high, ..] = numbers[..] else { panic!("{rect}") };
            for row in y * scale..(y + high) * scale {
                pixels[row * width + x * scale..row * width + (x + wide) * scale].fill(0);
            }
        }
        Luma::new(width as u32, height as u32, pixels).unwrap()
    }

    #[test]
    fn every_code_reads_back_as_its_maker_published_it() {
        let makers = shown().unwrap();
        assert_eq!(makers.len(), 5);
        let mut read_back = 0;
        for step in makers.iter().flat_map(|maker| &maker.steps) {
            assert!(step.code.is_some() == step.source.is_some(), "{step:?}");
            let Some(code) = &step.code else { continue };
            let symbols = decode(&painted(code, 4), Mode::Still, std::time::Duration::from_secs(30));
            let texts: Vec<&str> = symbols.iter().map(|symbol| symbol.text.as_str()).collect();
            assert_eq!(texts, [code.text.as_str()]);
            read_back += 1;
        }
        assert_eq!(read_back, 2);
    }

    #[test]
    fn a_code_for_the_reader_itself_has_its_fnc3_where_it_belongs() {
        let widths = |fnc3| write::code128_for_readers("TRMUSB130.", fnc3).unwrap().widths().to_vec();
        assert_eq!(widths(Fnc3::First)[6..12], FNC3);
        // Before the check character (6) and the stop pattern (7).
        let last = widths(Fnc3::Last);
        assert_eq!(last[last.len() - 19..last.len() - 13], FNC3);
        assert_ne!(last, write::code128("TRMUSB130.").unwrap().widths());
    }

    #[test]
    fn a_code_that_nobody_published_is_refused() {
        let with = |step: &str| {
            let text = format!(r#"[{{"maker":"M","models":"m","steps":[{step}]}}]"#);
            read(&text).map(|_| ()).map_err(|coded| coded.args["detail"].clone())
        };
        assert!(with(r#"{"does":"usb-serial","guide":"page 7"}"#).is_ok());
        let invented =
            r#"{"does":"usb-serial","guide":"page 7","code":{"symbology":"code-128","content":"X"}}"#;
        assert!(with(invented).unwrap_err().contains("source"));
        assert!(with(r#"{"does":"usb-serial","guide":" "}"#).unwrap_err().contains("guide"));
        assert!(with(r#"{"does":"explode","guide":"page 7"}"#).is_err());
    }
}
