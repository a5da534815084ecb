//! Bodies: what was packed comes out again, with and without the dictionary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use proptest::prelude::*;

proptest! {
    #[test]
    fn lines_come_back_as_they_were(lines in prop::collection::vec("[ -~äß]{0,200}", 0..60)) {
        let lines: Vec<Vec<u8>> = lines.into_iter().map(String::into_bytes).collect();
        prop_assert_eq!(&wire::unpack(&wire::pack(&lines).unwrap()).unwrap(), &lines);
        prop_assert_eq!(&wire::unpack(&wire::pack_with_dictionary(&lines).unwrap()).unwrap(), &lines);
    }
}

#[test]
fn a_dictionary_that_is_not_known_is_told_from_damage() {
    let line =
        b"{\"event_id\":\"01a20220-03b3-74f6-b33c-26f5d2043d29\",\"kind\":\"unit.answered\",\"version\":1}"
            .to_vec();
    let mut body = wire::pack_with_dictionary(&[line]).unwrap();
    // Magic number, descriptor, then the dictionary's number.
    let at = body.windows(1).position(|byte| byte == [1]).unwrap();
    assert_eq!(wire::DICTIONARY, 1);
    body[at] = 7;
    assert_eq!(wire::unpack(&body).unwrap_err().code(), "body-dictionary-unknown");
}
