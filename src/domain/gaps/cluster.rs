//! Questions that mean the same. A question joins the cluster whose mean is nearest, if that is near enough,
//! and else begins one; [`Clusters::refine`] looks at all of them again, for the first ones of a cluster
//! could not know what would come.
//!
//! Vectors have length 1. What was measured, and why it is .68, is in `docs/GAPS.md`.

use std::collections::HashMap;

use crate::kernel::vector::dot;

/// Cosine to the mean of a cluster from which on a question is of it.
pub const NEAR: f32 = 0.68;
/// Cosine between the means of two clusters from which on they are one.
pub const SAME: f32 = 0.86;
/// Times that all questions are placed anew.
const ROUNDS: usize = 3;

/// Questions of one meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster<Id> {
    pub id: Id,
    /// Sum of its questions' vectors.
    sum: Vec<f32>,
    /// That at length 1.
    direction: Vec<f32>,
    pub members: usize,
    /// Whether it is another one than it was.
    pub changed: bool,
}

impl<Id> Cluster<Id> {
    /// One that was kept as the mean of `members` vectors.
    #[must_use]
    pub fn kept(id: Id, centroid: &[f32], members: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "questions of a space")]
        let sum: Vec<f32> = centroid.iter().map(|x| x * members as f32).collect();
        let direction = unit(&sum, centroid);
        Self {
            id,
            sum,
            direction,
            members,
            changed: false,
        }
    }

    fn empty(id: Id, vector: &[f32]) -> Self {
        Self {
            id,
            sum: vec![0.0; vector.len()],
            direction: vector.to_vec(),
            members: 0,
            changed: true,
        }
    }

    /// Mean of its questions' vectors.
    #[must_use]
    pub fn centroid(&self) -> Vec<f32> {
        if self.members == 0 {
            return self.direction.clone();
        }
        #[expect(clippy::cast_precision_loss, reason = "questions of a space")]
        self.sum.iter().map(|x| x / self.members as f32).collect()
    }

    fn take(&mut self, vector: &[f32]) {
        self.sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
        self.members += 1;
        self.direction = unit(&self.sum, vector);
        self.changed = true;
    }
}

/// At length 1; `otherwise` where it has none.
fn unit(sum: &[f32], otherwise: &[f32]) -> Vec<f32> {
    let length = dot(sum, sum).sqrt();
    if length > 0.0 {
        sum.iter().map(|x| x / length).collect()
    } else {
        otherwise.to_vec()
    }
}

/// A question, where it is, and its vector.
#[derive(Clone, Debug)]
pub struct Member<Id> {
    pub cluster: Id,
    pub vector: Vec<f32>,
}

/// The clusters of a space.
#[derive(Clone, Debug)]
pub struct Clusters<Id> {
    all: Vec<Cluster<Id>>,
    near: f32,
}

impl<Id: Copy + Eq + std::hash::Hash> Clusters<Id> {
    /// `near` is [`NEAR`] but where that is measured.
    #[must_use]
    pub fn new(all: Vec<Cluster<Id>>, near: f32) -> Self {
        Self { all, near }
    }

    /// All of them, in no order.
    #[must_use]
    pub fn all(&self) -> &[Cluster<Id>] {
        &self.all
    }

    /// Puts a question into the nearest cluster, or into a new one.
    pub fn place(&mut self, vector: &[f32], new: impl FnOnce() -> Id) -> Id {
        let at = match self.nearest(vector) {
            Some((at, cosine)) if cosine >= self.near => at,
            _ => {
                self.all.push(Cluster::empty(new(), vector));
                self.all.len() - 1
            }
        };
        let Some(cluster) = self.all.get_mut(at) else {
            unreachable!("it was found or pushed")
        };
        cluster.take(vector);
        cluster.id
    }

    fn nearest(&self, vector: &[f32]) -> Option<(usize, f32)> {
        let cosines = self.all.iter().map(|cluster| dot(&cluster.direction, vector));
        cosines.enumerate().max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Places all questions anew, a few times, and joins clusters that are one. Each cluster that keeps
    /// questions keeps its identity; of two that become one it is the larger one's. One that is left without
    /// questions stays, with none.
    pub fn refine(&mut self, members: &mut [Member<Id>], mut new: impl FnMut() -> Id) {
        for _ in 0..ROUNDS {
            self.join(members);
            let mut moved = false;
            for member in members.iter_mut() {
                let before = member.cluster;
                member.cluster = match self.nearest(&member.vector) {
                    Some((at, cosine)) if cosine >= self.near => self.all[at].id,
                    // Alone it is where it is.
                    _ if self.alone(before) => before,
                    _ => {
                        let cluster = Cluster::empty(new(), &member.vector);
                        let id = cluster.id;
                        self.all.push(cluster);
                        id
                    }
                };
                moved |= member.cluster != before;
            }
            self.sum(members);
            if !moved {
                break;
            }
        }
        self.join(members);
    }

    fn alone(&self, id: Id) -> bool {
        let found = self.all.iter().find(|cluster| cluster.id == id);
        found.is_some_and(|cluster| cluster.members <= 1)
    }

    /// What clusters are by their members.
    pub fn sum(&mut self, members: &[Member<Id>]) {
        let mut of: HashMap<Id, Vec<&[f32]>> = HashMap::new();
        for member in members {
            of.entry(member.cluster).or_default().push(&member.vector);
        }
        for cluster in &mut self.all {
            let vectors = of.remove(&cluster.id).unwrap_or_default();
            let (before, direction) = (cluster.members, cluster.direction.clone());
            cluster.members = 0;
            if let Some(first) = vectors.first() {
                cluster.sum = vec![0.0; first.len()];
                vectors.iter().for_each(|vector| cluster.take(vector));
            }
            cluster.changed |= before != cluster.members || direction != cluster.direction;
        }
    }

    /// Joins the two that are nearest as long as they are the same.
    fn join(&mut self, members: &mut [Member<Id>]) {
        let mut order: Vec<usize> = (0..self.all.len())
            .filter(|at| self.all[*at].members > 0)
            .collect();
        order.sort_by_key(|at| std::cmp::Reverse(self.all[*at].members));
        let mut into: HashMap<Id, Id> = HashMap::new();
        let mut kept: Vec<usize> = Vec::new();
        for at in order {
            let cosines = kept.iter().map(|larger| {
                (
                    *larger,
                    dot(&self.all[*larger].direction, &self.all[at].direction),
                )
            });
            match cosines.max_by(|a, b| a.1.total_cmp(&b.1)) {
                Some((larger, cosine)) if cosine >= SAME => {
                    into.insert(self.all[at].id, self.all[larger].id);
                }
                _ => kept.push(at),
            }
        }
        if into.is_empty() {
            return;
        }
        for member in members.iter_mut() {
            if let Some(larger) = into.get(&member.cluster) {
                member.cluster = *larger;
            }
        }
        self.sum(members);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::vector::normalised;

    fn numbers() -> impl FnMut() -> u32 {
        let mut next = 100;
        move || {
            next += 1;
            next
        }
    }

    fn at(degrees: f32) -> Vec<f32> {
        let radians = degrees.to_radians();
        vec![radians.cos(), radians.sin()]
    }

    #[test]
    fn what_is_near_joins_and_what_is_not_begins_anew() {
        let mut new = numbers();
        let mut clusters = Clusters::new(Vec::new(), 0.9);
        let first = clusters.place(&at(0.0), &mut new);
        assert_eq!(clusters.place(&at(20.0), &mut new), first);
        let second = clusters.place(&at(60.0), &mut new);
        assert_ne!(second, first);
        // The mean of the first is at 10 degrees by now.
        assert_eq!(clusters.place(&at(33.0), &mut new), first);
        let kept = clusters.all()[0].clone();
        assert_eq!((kept.members, kept.changed), (3, true));
        let again = Cluster::kept(first, &kept.centroid(), 3);
        assert!(dot(&again.direction, &kept.direction) > 0.9999);
        assert!(!again.changed);
    }

    #[test]
    fn refining_keeps_the_identity_of_the_larger() {
        let mut new = numbers();
        let members = |of: &[(u32, f32)]| -> Vec<Member<u32>> {
            let member = |(cluster, degrees): &(u32, f32)| Member {
                cluster: *cluster,
                vector: at(*degrees),
            };
            of.iter().map(member).collect()
        };
        let mut questions = members(&[(1, 0.0), (1, 2.0), (2, 4.0), (3, 90.0), (3, 1.0)]);
        let all = [1, 2, 3].map(|id| Cluster::kept(id, &at(0.0), 1));
        let mut clusters = Clusters::new(all.to_vec(), 0.9);
        clusters.sum(&questions);
        clusters.refine(&mut questions, &mut new);
        let ids: Vec<u32> = questions.iter().map(|member| member.cluster).collect();
        assert_eq!((ids[0], ids[1], ids[2], ids[4]), (1, 1, 1, 1));
        assert_ne!(ids[3], 1, "it stands across all others");
        let before = ids.clone();
        clusters.refine(&mut questions, &mut new);
        let after: Vec<u32> = questions.iter().map(|member| member.cluster).collect();
        assert_eq!(before, after, "nothing is left to be done");
    }

    proptest! {
        #[test]
        fn every_question_is_in_a_cluster_that_counts_it(
            points in proptest::collection::vec(proptest::collection::vec(-1.0_f32..1.0, 4), 1..40),
        ) {
            let mut new = numbers();
            let mut clusters = Clusters::new(Vec::new(), NEAR);
            let mut members: Vec<Member<u32>> = points
                .into_iter()
                .map(normalised)
                .map(|vector| Member { cluster: clusters.place(&vector, &mut new), vector })
                .collect();
            clusters.refine(&mut members, &mut new);
            for cluster in clusters.all() {
                let counted = members.iter().filter(|member| member.cluster == cluster.id).count();
                prop_assert_eq!(cluster.members, counted);
            }
            prop_assert_eq!(clusters.all().iter().map(|c| c.members).sum::<usize>(), members.len());
        }
    }
}
