//! What is said of wrong settings.

use serde_json::json;

use super::*;

fn said<T: DeserializeOwned + fmt::Debug>(value: &Value) -> String {
    read::<T>(value).unwrap_err().in_field("x").to_string()
}

#[test]
fn a_whole_number_is_in_its_range() {
    type Digit = Whole<1, 9>;
    assert_eq!(read(&json!(1)), Ok(Whole::<1, 9>(1)));
    assert_eq!(read(&json!(9)), Ok(Whole::<1, 9>(9)));
    for (wrong, expected) in [
        (json!(0), "x must be a whole number from 1 to 9, not 0"),
        (json!(10), "x must be a whole number from 1 to 9, not 10"),
        (json!(-1), "x must be a whole number from 1 to 9, not -1"),
        (json!(1.5), "x must be a whole number from 1 to 9, not 1.5"),
        (json!(1.0), "x must be a whole number from 1 to 9, not 1.0"),
        (json!(u64::MAX), "x must be a whole number from 1 to 9, not 18446744073709551615"),
        (json!("1"), "x must be a whole number from 1 to 9, not a string"),
        (json!(null), "x must be a whole number from 1 to 9, not null"),
        (json!([1]), "x must be a whole number from 1 to 9, not a list"),
        (json!({"x": 1}), "x must be a whole number from 1 to 9, not an object"),
        (json!(true), "x must be a whole number from 1 to 9, not a boolean"),
    ] {
        assert_eq!(said::<Digit>(&wrong), expected);
    }
}

#[test]
fn a_share_is_more_than_none_and_at_most_all() {
    assert_eq!(read(&json!(1)), Ok(Share(1.0)));
    assert_eq!(read(&json!(0.001)), Ok(Share(0.001)));
    for wrong in [json!(0), json!(-0.5), json!(1.01), json!(100), json!("1")] {
        let said = said::<Share>(&wrong);
        assert!(said.starts_with("x must be a number above 0"), "{said}");
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    One,
    TwoWords,
}

#[test]
fn a_word_is_spelled_exactly() {
    assert_eq!(read(&json!("two_words")), Ok(Word::TwoWords));
    assert_eq!(json!(Word::TwoWords), json!("two_words"));
    assert_eq!(said::<Word>(&json!("One")), "x must be one of one, two_words, not \"One\"");
    assert_eq!(said::<Word>(&json!(2)), "x must be a string, not a number");
    assert_eq!(said::<bool>(&json!(1)), "x must be true or false, not a number");
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outer {
    word: Option<Word>,
    list: Vec<Inner>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    count: Whole<0, 1>,
}

#[test]
fn a_wrong_value_is_named_with_its_place() {
    assert_eq!(read(&json!({"list": [{"count": 1}]})), Ok(Outer { word: None, list: vec![Inner { count: Whole(1) }] }));
    for (wrong, expected) in [
        (json!([]), "x must be an object, not a list"),
        (json!({}), "x.list is required"),
        (json!({"list": {}}), "x.list must be a list, not an object"),
        (json!({"list": [], "lists": 1}), "x.lists is not a known field (known here: word, list)"),
        (json!({"list": [{"count": 0}, 7]}), "x.list[1] must be an object, not a number"),
        (json!({"list": [{"count": 0}, {}]}), "x.list[1].count is required"),
        (json!({"list": [{"count": 2}]}), "x.list[0].count must be a whole number from 0 to 1, not 2"),
        (json!({"list": [], "word": null}), "x.word must be a string, not null"),
    ] {
        assert_eq!(said::<Outer>(&wrong), expected);
    }
}

#[test]
fn null_stands_for_none_only_where_that_has_a_meaning() {
    let nullable = |value| read::<Nullable<Inner>>(&value);
    assert_eq!(nullable(json!(null)).map(|inner| inner.0), Ok(None));
    assert_eq!(nullable(json!({"count": 1})).map(|inner| inner.0), Ok(Some(Inner { count: Whole(1) })));
    assert_eq!(said::<Nullable<Inner>>(&json!(7)), "x must be an object, not a number");
    assert!(said::<Nullable<Inner>>(&json!({"count": 7})).starts_with("x.count must be a whole number"));
}
