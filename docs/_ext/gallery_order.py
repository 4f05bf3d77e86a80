"""The order of teaching in the gallery: its topics, and the scripts of each.

A script or a topic that is not listed here stops the build.
"""

from sphinx.errors import ConfigError

ORDER = {
    "symmetry": [
        "plot_look_at_starting_weights",
        "plot_train_without_hidden_layer",
        "plot_train_with_hidden_layer",
        "plot_count_the_units_a_task_needs",
        "plot_watch_units_stay_identical",
        "plot_find_what_may_be_zero",
        "plot_escape_by_rounding",
    ],
    "distributions": [
        "plot_choose_a_scale",
        "plot_keep_gradients_with_xavier",
        "plot_start_relu_with_he",
        "plot_break_xavier_with_sigmoid",
        "plot_pick_a_gain",
        "plot_compare_weight_distributions",
        "plot_write_an_initializer_of_your_own",
        "plot_truncate_a_normal",
        "plot_see_orthogonal_spectra",
        "plot_connect_units_to_few_inputs",
        "plot_start_without_chance",
        "plot_draw_a_weight_in_parts",
    ],
    "training": [
        "plot_train_on_a_ring",
        "plot_see_decision_boundaries",
        "plot_train_deep_networks",
        "plot_start_a_network",
        "plot_use_adam_on_a_shallow_net",
        "plot_see_what_normalization_hides",
        "plot_start_a_residual_branch_at_zero",
        "plot_count_the_fans_of_a_kernel",
        "plot_train_a_cnn_on_digits",
    ],
    "depth": [
        "plot_train_a_deep_linear_network",
        "plot_see_a_digit_through_convolutions",
        "plot_find_the_edge_of_chaos",
        "plot_keep_unrelated_inputs_apart",
        "plot_choose_a_batch_for_lsuv",
        "plot_bound_the_first_update",
        "plot_see_when_a_network_is_lazy",
        "plot_measure_updates_over_width",
    ],
    "recurrent": [
        "plot_remember_the_first_word",
        "plot_compare_weights_of_an_rnn",
        "plot_find_which_zero_locks_an_rnn",
        "plot_train_an_rnn_on_negation",
        "plot_count_what_one_hot_costs",
        "plot_train_at_the_slides_size",
        "plot_bridge_words_with_gates",
    ],
    "architectures": [
        "plot_scale_the_scores_of_attention",
        "plot_pack_queries_keys_and_values",
        "plot_see_where_a_block_is_normalized",
        "plot_find_what_holds_a_transformer_back",
        "plot_remember_on_a_ring",
        "plot_choose_the_frequency_of_a_siren",
    ],
    "practice": [
        "plot_choose_the_zero_of_an_adapter",
        "plot_count_the_steps_a_wrong_bias_costs",
        "plot_see_which_steps_rounding_loses",
        "plot_watch_replicas_that_start_apart",
        "plot_start_a_wider_network",
        "plot_check_a_layer_of_your_own",
    ],
    "diagnosis": [
        "plot_find_what_is_wrong",
        "plot_read_the_record_of_a_network",
        "plot_test_a_start_before_training",
        "plot_watch_symmetry_break",
        "plot_follow_a_recommendation",
        "plot_count_how_often_a_start_fails",
    ],
    "comparison": ["plot_compare_starts_fairly"],
}
TOPICS = [f"../gallery/{topic}" for topic in ORDER]
SCRIPTS = [f"{script}.py" for scripts in ORDER.values() for script in scripts]


def position(filename: str) -> int:
    """Return a script's place in the order; sphinx-gallery sorts by it."""
    if filename not in SCRIPTS:
        raise ConfigError(
            f"{filename} has no place in the order of the gallery: list it in "
            "docs/_ext/gallery_order.py where a learner should meet it"
        )
    return SCRIPTS.index(filename)
