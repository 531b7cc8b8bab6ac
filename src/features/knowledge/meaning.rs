//! How near articles are to what is asked by what both mean, and how what two searches have found becomes one list.
//!
//! All articles of a workspace are held against a question, one after the other: a shop has hundreds of them at most, and so no index
//! of vectors can go wrong.

use crate::shared::ids::ArticleId;

/// What is farther away than this fits no question, whatever the model: the cosine between the two.
const NEAR: f32 = 0.3;
/// From so many articles on it can be seen which of them stand out: some models find everything a little like everything else.
const ENOUGH: usize = 8;
/// What softens the difference between places of a list when two are joined; the usual number.
const SOFT: f32 = 60.0;

/// What is asked, as the model of `model` understands it.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    /// Only vectors of the same model can be compared.
    pub model: String,
    pub vector: Vec<f32>,
}

/// A vector in a byte for each direction, the largest of them 127. Its length is lost, and nobody asks for it.
pub fn packed(vector: &[f32]) -> Vec<u8> {
    let largest = vector.iter().fold(0.0_f32, |largest, it| largest.max(it.abs()));
    let byte = |it: &f32| if largest > 0.0 { (it / largest * 127.0).round() as i8 } else { 0 };
    vector.iter().map(|it| byte(it).cast_unsigned()).collect()
}

/// The cosine between a vector and a packed one; nothing when they are of different models or one of them points nowhere.
fn likeness(asked: &[f32], packed: &[u8]) -> Option<f32> {
    let (mut product, mut one, mut other) = (0.0_f32, 0.0_f32, 0.0_f32);
    for (a, b) in asked.iter().zip(packed.iter().map(|byte| f32::from(byte.cast_signed()))) {
        product += a * b;
        one += a * a;
        other += b * b;
    }
    let cosine = product / (one * other).sqrt();
    (asked.len() == packed.len() && cosine.is_finite()).then_some(cosine)
}

/// Articles that mean what is asked, the nearest first.
pub fn nearest(asked: &[f32], articles: &[(ArticleId, Vec<u8>)], most: usize) -> Vec<ArticleId> {
    let mut found: Vec<(f32, ArticleId)> =
        articles.iter().filter_map(|(article, packed)| Some((likeness(asked, packed)?, *article))).collect();
    let near = near_enough(&found);
    found.retain(|(likeness, _)| *likeness >= near);
    found.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    found.into_iter().take(most).map(|(_, article)| article).collect()
}

/// How near is near: where there is much to compare with, more than the usual distance from the middle of all.
fn near_enough(found: &[(f32, ArticleId)]) -> f32 {
    if found.len() < ENOUGH {
        return NEAR;
    }
    let count = found.len() as f32;
    let middle = found.iter().map(|(likeness, _)| likeness).sum::<f32>() / count;
    let spread = (found.iter().map(|(likeness, _)| (likeness - middle).powi(2)).sum::<f32>() / count).sqrt();
    NEAR.max(middle + spread)
}

/// One list of two, by reciprocal rank fusion: places count and not points, which mean different things in different searches. What
/// both have found comes first; of two equals the one that the first list has.
pub fn joined(first: &[ArticleId], second: &[ArticleId]) -> Vec<ArticleId> {
    let points = |list: &[ArticleId], article: ArticleId| {
        list.iter().position(|it| *it == article).map_or(0.0, |place| 1.0 / (SOFT + 1.0 + place as f32))
    };
    let mut all: Vec<ArticleId> = first.to_vec();
    all.extend(second.iter().filter(|article| !first.contains(article)));
    let sum = |article: ArticleId| points(first, article) + points(second, article);
    all.sort_by(|one, other| sum(*other).total_cmp(&sum(*one)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(count: u128) -> Vec<ArticleId> {
        (1..=count).map(|number| ArticleId(uuid::Uuid::from_u128(number))).collect()
    }

    #[test]
    fn what_both_have_found_comes_first_and_nothing_is_lost() {
        let it = ids(5);
        assert_eq!(joined(&[it[0], it[1], it[2]], &[it[3], it[2]]), [it[2], it[0], it[3], it[1]]);
        assert_eq!(joined(&it, &[]), it, "one list stays as it is");
        assert_eq!(joined(&[], &it[..2]), it[..2]);
    }

    #[test]
    fn only_what_is_near_and_stands_out_fits() {
        let it = ids(9);
        let asked = [1.0, 0.0, 0.0];
        let at = |likeness: f32| packed(&[likeness, (1.0 - likeness * likeness).sqrt(), 0.0]);
        let few = [(it[0], at(0.2)), (it[1], at(0.9)), (it[2], at(0.5)), (it[3], packed(&[1.0, 0.0]))];
        assert_eq!(nearest(&asked, &few, 3), [it[1], it[2]], "neither the far one nor that of another model");
        assert_eq!(nearest(&asked, &few, 1), [it[1]]);
        // A model that finds everything alike.
        let many: Vec<_> =
            it.iter().enumerate().map(|(n, id)| (*id, at(if n == 4 { 0.9 } else { 0.8 }))).collect();
        assert_eq!(nearest(&asked, &many, 3), [it[4]]);
        assert!(nearest(&[0.0; 3], &few, 3).is_empty(), "what means nothing fits nothing");
        assert!(nearest(&asked, &[(it[0], Vec::new())], 3).is_empty());
    }

    proptest! {
        #[test]
        fn packing_keeps_the_direction(vector in prop::collection::vec(-1.0_f32..1.0, 64)) {
            prop_assume!(vector.iter().any(|it| it.abs() > 0.1));
            let cosine = likeness(&vector, &packed(&vector)).expect("it points somewhere");
            prop_assert!(cosine > 0.999, "{cosine}");
        }
    }
}
