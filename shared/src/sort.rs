//! Sorting of short lists. The standard library's sort is made for long ones and is compiled anew for every type and key, 5 KB
//! each; a program for small boxes has a dozen of them. A map collected from an iterator sorts too.

use std::collections::BTreeMap;

/// Sorts by a key; what has the same key keeps its order. The time grows with the square of the length: for a hundred at most.
pub fn short_by_key<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    for end in 1..list.len() {
        let mut at = end;
        while at > 0 && key(&list[at]) < key(&list[at - 1]) {
            list.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// A map of a few entries; of two with one key the last.
pub fn map<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(list in prop::collection::vec((0u8..8, any::<u8>()), 0..40)) {
            let (mut ours, mut theirs) = (list.clone(), list.clone());
            short_by_key(&mut ours, |(key, _)| std::cmp::Reverse(*key));
            theirs.sort_by_key(|(key, _)| std::cmp::Reverse(*key));
            prop_assert_eq!(ours, theirs);
            prop_assert_eq!(map(list.iter().copied()), list.into_iter().collect::<BTreeMap<_, _>>());
        }
    }
}
