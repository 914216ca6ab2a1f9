//! The table of operators: from a node to what computes it.
//!
//! Invariant: an operator that is not in the table is reported, never guessed.

use super::node::Node;
use super::values::Outcome;
use super::{
    cast, encode, features, gather, layout, linear, pointwise, products, ranks, reduce, scan, svm,
    text, trees,
};
use crate::scoring::tensor::Tensor;

/// What computes the outputs of a node from its inputs.
pub(super) type Kernel = Box<dyn Fn(&Inputs) -> Outcome + Send + Sync>;

/// A kernel, or what is wrong with the attributes.
pub(super) type Built = Result<Kernel, String>;

/// The inputs of a node; `None` for one that is left out.
pub(super) struct Inputs<'a>(pub &'a [Option<&'a Tensor>]);

impl<'a> Inputs<'a> {
    /// # Errors
    /// An input that is left out.
    pub fn get(&self, i: usize) -> Result<&'a Tensor, String> {
        self.optional(i).ok_or_else(|| format!("input {i} is missing"))
    }

    pub fn optional(&self, i: usize) -> Option<&'a Tensor> {
        self.0.get(i).copied().flatten()
    }

    pub fn all(&self) -> impl Iterator<Item = &'a Tensor> {
        self.0.iter().filter_map(|input| *input)
    }
}

/// Whether a domain is that of the standard operators.
pub(super) fn is_standard(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx")
}

/// Hands its first input on.
pub(super) fn identity() -> Kernel {
    Box::new(|inputs| Ok(vec![inputs.get(0)?.clone()]))
}

/// The kernel of a node; `None` if there is none for its operator.
pub(super) fn kernel(node: Node) -> Option<Built> {
    match node.proto.domain.as_str() {
        "" | "ai.onnx" => standard(node),
        "ai.onnx.ml" => machine_learning(node),
        "com.microsoft" => match node.proto.op_type.as_str() {
            "CDist" => Some(products::cdist(node)),
            "Tokenizer" => Some(text::tokenizer(node)),
            _ => None,
        },
        _ => None,
    }
}

fn standard(node: Node) -> Option<Built> {
    let groups: [fn(Node) -> Option<Built>; 6] = [
        pointwise::kernel,
        reduce::kernel,
        layout::kernel,
        gather::kernel,
        ranks::kernel,
        products::kernel,
    ];
    if let Some(built) = groups.iter().find_map(|group| group(node)) {
        return Some(built);
    }
    Some(match node.proto.op_type.as_str() {
        "Cast" => cast::cast(node),
        "Identity" | "Dropout" => Ok(identity()),
        "Scan" => return scan::kernel(node),
        "StringNormalizer" => text::normalizer(node),
        "TfIdfVectorizer" => text::tf_idf(node),
        _ => return None,
    })
}

fn machine_learning(node: Node) -> Option<Built> {
    Some(match node.proto.op_type.as_str() {
        "ArrayFeatureExtractor" => Ok(features::extractor()),
        "Binarizer" => Ok(features::binarizer(node)),
        "CategoryMapper" => encode::category_mapper(node),
        "FeatureVectorizer" => features::vectorizer(node),
        "Imputer" => features::imputer(node),
        "LabelEncoder" => encode::label_encoder(node),
        "LinearClassifier" => linear::classifier(node),
        "LinearRegressor" => linear::regressor(node),
        "Normalizer" => features::normalizer(node),
        "OneHotEncoder" => encode::one_hot(node),
        "Scaler" => Ok(features::scaler(node)),
        "SVMClassifier" => svm::classifier(node),
        "SVMRegressor" => svm::regressor(node),
        "TreeEnsemble" => trees::ensemble(node),
        "TreeEnsembleClassifier" => trees::classifier(node),
        "TreeEnsembleRegressor" => trees::regressor(node),
        // its maps carry what the tensor before it does
        "ZipMap" => Ok(identity()),
        _ => return None,
    })
}
