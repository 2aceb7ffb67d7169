"""Sentiment of a short text: words and word pairs, TF-IDF, naive Bayes.

The graph needs no installed locale: instead of lower-casing with StringNormalizer, it looks words up in a table that
holds them in lower case, capitalised and in capitals. Words are cut out by the Tokenizer that onnxruntime brings along.
"""

import numpy as np
from onnx import TensorProto, helper
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from corpus import HELD_OUT, reviews
from graphs import build, constant, value
from sample import SEED, Sample, numeric_profile

WORD = r"[A-Za-z']+"
UNKNOWN = -1

texts, labels = reviews(8000, SEED)
vectorizer = TfidfVectorizer(token_pattern=WORD, ngram_range=(1, 2), min_df=8, max_features=3000, dtype=np.float32)
classifier = MultinomialNB(alpha=0.3)
pipeline = make_pipeline(vectorizer, classifier).fit(texts, labels)

test_texts, test_labels = reviews(2000, SEED + 1)
held_texts, held_labels = zip(*HELD_OUT)
measured = {
    "accuracy": round(pipeline.score(test_texts, test_labels), 4),
    "handWrittenAccuracy": round(pipeline.score(held_texts, held_labels), 4),
    "vocabulary": len(vectorizer.vocabulary_),
}

grams = sorted(vectorizer.vocabulary_.items(), key=lambda entry: (entry[0].count(" "), entry[1]))
words = sorted({word for gram, _ in grams for word in gram.split(" ")})
word_ids = {word: at for at, word in enumerate(words)}
written = {form: at for word, at in word_ids.items() for form in (word.upper(), word.capitalize(), word)}
pool = [word_ids[word] for gram, _ in grams for word in gram.split(" ")]
single = sum(1 for gram, _ in grams if " " not in gram)

nodes = [
    helper.make_node("Tokenizer", ["text"], ["tokens"], domain="com.microsoft", mark=0, mincharnum=1, pad_value="", tokenexp=WORD),
    helper.make_node("Reshape", ["tokens", "rows"], ["sentences"]),
    helper.make_node("LabelEncoder", ["sentences"], ["ids"], domain="ai.onnx.ml", keys_strings=list(written), values_int64s=list(written.values()), default_int64=UNKNOWN),
    helper.make_node(
        "TfIdfVectorizer", ["ids"], ["weighted"], mode="TFIDF", min_gram_length=1, max_gram_length=2, max_skip_count=0,
        ngram_counts=[0, single], ngram_indexes=[column for _, column in grams], pool_int64s=pool, weights=[float(vectorizer.idf_[column]) for _, column in grams],
    ),
    helper.make_node("ReduceL2", ["weighted", "last_axis"], ["norm"], keepdims=1),
    helper.make_node("Max", ["norm", "tiny"], ["safe_norm"]),
    helper.make_node("Div", ["weighted", "safe_norm"], ["features"]),
    helper.make_node("Gemm", ["features", "log_likelihood", "log_prior"], ["evidence"]),
    helper.make_node("Softmax", ["evidence"], ["probabilities"], axis=1),
    helper.make_node("ArgMax", ["evidence"], ["best"], axis=1, keepdims=0),
    helper.make_node("Gather", ["label_names", "best"], ["label"]),
]
model = build(
    nodes,
    [value("text", "string", ["batch", 1])],
    [value("label", "string", ["batch"]), value("probabilities", "float", ["batch", 2])],
    [
        constant("rows", np.array([0, -1], dtype=np.int64)),
        constant("last_axis", np.array([1], dtype=np.int64)),
        constant("tiny", np.array(1e-9, dtype=np.float32)),
        constant("log_likelihood", classifier.feature_log_prob_.T.astype(np.float32)),
        constant("log_prior", classifier.class_log_prior_.astype(np.float32)),
        helper.make_tensor("label_names", TensorProto.STRING, [2], list(classifier.classes_)),
    ],
    opsets=[helper.make_opsetid("com.microsoft", 1)],
)

Sample(
    name="sentiment",
    version="1",
    task="text-classification",
    description="Tells whether a short English review is positive or negative.",
    labels=list(classifier.classes_),
    inputs={"text": {"title": "Review", "description": "A few sentences of English text.", "default": "I love this product, it works great."}},
    profile={"text": numeric_profile(np.array([len(text) for text in texts]))},
    measured=measured,
    card=f"""
# Sentiment 1

Tells whether a short English review is **positive** or **negative**.

- **Method:** words and word pairs ({measured['vocabulary']} of them), TF-IDF, multinomial naive Bayes; tokenizing happens inside the graph.
- **Data:** 8,000 reviews put together from phrases of our own (`training/corpus.py`).
- **Measured:** accuracy {measured['accuracy']:.3f} on 2,000 further generated reviews, {measured['handWrittenAccuracy']:.3f} on {len(HELD_OUT)} reviews written by hand.
- **Input:** `text`, one text a row. **Outputs:** `label`, and `probabilities` of negative and positive.
- **Limits:** a demonstration. It knows a few hundred words, no irony, no other language; a text of unknown words gets 0.5. Words in mIxEd case are unknown.
- **Needs no installed locale**, unlike models that lower-case with StringNormalizer.
""",
).save(model, [({"text": text}, label) for text, label in HELD_OUT[:12]])
