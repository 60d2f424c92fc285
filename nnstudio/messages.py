"""Every sentence a user may read about something that went wrong, in one table.

Code raises or returns a *code* with its *values*; the sentence is made here, through gettext, so
that it can be translated and so that window and terminal say the same words. A sentence says what
was expected, what arrived, where, and what to do.
"""

from __future__ import annotations

import gettext
from functools import cache
from string import Formatter
from typing import Any

_ = gettext.gettext

SENTENCES: dict[str, str] = {
    # settings
    "setting": _("{owner}: {setting} must be {expected}; got {got}."),
    "setting_kind": _("{where}: {owner} can't use this value: {reason}."),
    "unknown_type": _("{where}: unknown type {got}. This version knows {known}."),
    "unknown_setting": _("{where}: {owner} has no setting “{setting}”."),
    # shapes
    "flat_needed": _("{layer} needs a flat input, got {got}: add Flatten before it."),
    "feature_needed": _(
        "{layer} works along a feature axis, got a single number: check its input."
    ),
    "picture_needed": _(
        "{layer} needs a picture (channels × height × width), got {got}: connect it to one, or put a Reshape before it."
    ),
    "heads_divide": _("{features} features can't be divided among {heads} heads evenly."),
    "sequence_needed": _(
        "{layer} needs a sequence (places × features), got {got}: connect it to one, or put a Reshape before it."
    ),
    "numbers_needed": _(
        "{layer} needs a row of whole numbers, got {got}: connect it to the input, or put a Flatten before it."
    ),
    "no_row": _(
        "Embedding needs whole numbers from 0 to {last}, got {got}: leave its inputs as they are (no standardising), and check how many different numbers it is made for."
    ),
    "kernel_too_large": _(
        '{layer}\'s window of {size} does not fit into {got}: make it smaller, or choose the padding "same".'
    ),
    "groups_divide": _(
        "The {groups} groups must divide the {channels} channels that come in and the {filters} filters: choose another number of groups."
    ),
    "channels_needed": _(
        "SpatialDropout drops channels of pictures or features of sequences, got {got}: use Dropout instead."
    ),
    "same_shapes": _("{layer} needs inputs of one shape, got {got}: make them equal first."),
    "equal_but_features": _(
        "Concatenate needs inputs that differ in their features or channels only, got {got}: make the rest equal first."
    ),
    "reshape_count": _(
        "Reshape can't make {wanted} of {got}, which is {count:,} numbers: choose sizes that give as many, one of them −1 for what is left."
    ),
    "permute_order": _(
        "Permute's order {order} must name each axis of {got} once: write it like {example}."
    ),
    # edits that can't be
    "edit_self": _("A node can't be connected to itself."),
    "edit_cycle": _("This wire would close a circle: {target} already leads to {source}."),
    "bypass_input": _("{layer} gets nothing that it could hand on: only layers can be bypassed."),
    "edit_taken": _("This input of {target} is taken: delete its wire first."),
    "picture_empty": _("There is no network yet to make a picture of."),
    "neurons_unfinished": _(
        "Neurons can be drawn once the network is finished. What is missing: {problem}"
    ),
    "neurons_too_deep": _(
        "This network has {count} layers one by one, too many to draw their neurons (at most {most}): take the picture of its cards."
    ),
    "picture_format": _("{file} can't be written as a picture: its name must end in {known}."),
    "picture_unwritable": _("The picture {file} can't be written: {reason}."),
    "picture_written": _("The picture {file} is written."),
    "template_pictures": _(
        "This network is for pictures of at least {least} × {least} pixels: choose such data first."
    ),
    "template_fits": _("Made for the present data, {data}."),
    "template_opens": _("As a new network it opens with the data {data}. {words}"),
    "template_data": _("The network opens with the data {data}, which suits it."),
    "template_numbers": _(
        "This network answers numbers, and the data has classes: choose data with numbers as targets first."
    ),
    "share_alike": _(
        "To share weights, select two or more layers of one kind, the one that owns them first."
    ),
    "group_nothing": _("Select the layers that shall be a group first."),
    "group_already": _("These layers are the group “{group}” already."),
    "group_none": _("None of the selected layers is in a group."),
    "group_itself": _("Both ends of this wire would be in {group}: expand it first."),
    "group_no_input": _("No layer of {group} needs an input: expand it to choose one."),
    "group_no_output": _("All outputs of {group} are used within it: expand it to choose one."),
    "group_many_inputs": _("{group} has {count} free inputs: let go at one of them."),
    "group_many_outputs": _("{group} has {count} outputs: let go at one of them."),
    "summary_copied": _("The table is on the clipboard."),
    "block_unwritable": _("The block in {file} can't be changed: {reason}."),
    "block_damaged": _(
        "The block in {file} can't be read and is left out: put back a copy, or delete the file."
    ),
    "blocks_damaged": _(
        "{count} blocks in {folder} can't be read and are left out, the first is {file}."
    ),
    "block_saved": _("“{name}” stands among the layers now, under My blocks."),
    "paste_nothing": _("There are no nodes of a network on the clipboard."),
    "paste_damaged": _("The nodes on the clipboard can't be read: {reason}."),
    "edit_no_slot": _("{target} has no input number {slot}."),
    "edit_no_node": _("There is no node “{node}” any more."),
    "edit_no_edge": _("This wire is gone already."),
    "edit_duplicate_id": _("The network has a node “{node}” already."),
    # surgery
    "surgery_running": _(
        "While training runs the network can't be operated on: press Pause first."
    ),
    "surgery_unfinished": _("The network must be finished first. What is missing: {problem}"),
    "surgery_no_units": _(
        "{node} has no units with weights of their own: choose a Dense or a convolution."
    ),
    "surgery_no_unit": _("{node} has no unit {unit}: it has {count}, counted from 1."),
    "surgery_wider": _("{node} has {count} units already: ask for more to widen it."),
    "surgery_narrower": _("{node} has {count} units already: ask for fewer to narrow it."),
    "surgery_last_unit": _("{node} needs at least one unit: delete the whole layer instead."),
    "surgery_own_groups": _(
        "{node} has {groups} groups of filters, of which each sees other channels: set its groups to 1 first."
    ),
    "surgery_shared": _(
        "{node} and {other} use the same weights, which can't suit both: give each its own first (Own weights)."
    ),
    "surgery_bypassed": _("{node} is bypassed, so it has no effect: switch it on again first."),
    "surgery_output": _(
        "The units of {node} reach the output {output}, whose size is that of the targets: choose a layer further inside."
    ),
    "surgery_merge": _(
        "The units of {node} reach {layer}, whose inputs must be equally wide: choose a layer whose units another one weighs before."
    ),
    "surgery_groups": _(
        "The units of {node} reach {layer}, whose groups each see some of them: set its groups to 1 first."
    ),
    "surgery_mixes": _(
        "The units of {node} reach {layer}, which looks at all of them together, so copies would change what it gives: choose another layer, or change the units in the form, with new weights."
    ),
    "surgery_fixed": _(
        "The units of {node} reach {layer}, which is made for just as many: choose another layer, or change both in their forms."
    ),
    "weight_missing": _("The network has no such weight any more: select the layer again."),
    "weight_finite": _("A weight must be a finite number, at most about 3·10³⁸ up or down."),
    "deepen_output": _(
        "{node} is an output, and a layer behind it would take its place: choose a layer further inside."
    ),
    "deepen_shape": _(
        "{node} gives {got}, for which there is no layer that keeps all numbers as they are: choose a Dense or a convolution."
    ),
    # problems of a graph or a project
    "empty_graph": _("The canvas is empty: add an Input from the palette."),
    "no_input_node": _("Nothing feeds the network: add an Input."),
    "column_missing": _(
        "{layer} asks for the column “{column}”, which the data doesn't have: choose one of {known}."
    ),
    "input_unused": _("Nothing takes what {layer} gives: connect it to a layer, or delete it."),
    "lookup_scaled": _(
        "{layer} looks up whole numbers, but “{column}” is brought into range first, so that none are left: leave that column as it is."
    ),
    "output_unasked": _(
        "{layer} has no follower, so it is one of several outputs, compared with the data's targets: connect it, or choose its target in the Inspector if this is meant."
    ),
    "output_unjudged": _(
        "{layer} has no follower, so it is an output, but none that fits {column} ({expected} expected): connect it, delete it, or choose its loss and target in the Inspector."
    ),
    "output_of_places": _(
        "This output gives {got}, to be compared with {column} it must give {expected}: change its shape, such as by the units of the last Dense."
    ),
    "output_weighs_nothing": _(
        "The loss of {layer} has the weight 0: nothing is learned for this output."
    ),
    "not_connected": _("{layer} has no input: drag a wire to its left port."),
    "too_few_inputs": _(
        "{layer} needs at least {expected} inputs, has {got}: connect another wire."
    ),
    "too_many_inputs": _("{layer} has {got} wires, takes at most {expected}: delete the others."),
    "data_shape": _(
        "The data has shape {data}, Input expects {input}: set Input's shape to {data}."
    ),
    "output_shape": _(
        "The data needs {expected}, this output gives {got}: set units of the last Dense to {units}."
    ),
    "loss_needs_probabilities": _(
        "{loss} needs probabilities: end the network with {layer} after Dense."
    ),
    "loss_needs_scores": _(
        "{loss} is for plain scores, which {layer} squeezes into 0 … 1: end the network with Dense."
    ),
    "loss_needs_classes": _(
        "{loss} needs classes, the data has numbers: choose the ½‖y − ŷ‖² loss."
    ),
    "owner_missing": _(
        "{layer} shares the weights of “{owner}”, which doesn't exist or shares others'."
    ),
    "owner_shapes": _("{layer} can't share the weights of {owner}: their shapes differ."),
    "nothing_to_train": _(
        "The network has no weights that learn: add a Dense layer, or unfreeze one."
    ),
    # what the next run will do
    "later_why": _("This can't change within a run. The one that is on keeps what it began with."),
    "later_design": _(
        "A run keeps the network it began with. The one that is drawn trains once it is restarted."
    ),
    "note_running": _(
        "Rate, batch size, regularisation, the optimizer's numbers, dropout and when to stop change at once. Anything else waits for the next restart, and says so."
    ),
    "note_finished": _(
        "All epochs are done: Run begins again from the first weights. Raise Epochs to go on instead."
    ),
    "note_ended_early": _(
        "The run ended early: Run begins again from the first weights. Raise Patience, or switch “Stop early” off, to go on instead."
    ),
    "note_converged": _(
        "The run ended as its loss no longer moved: Run begins again from the first weights. Switch “Stop when converged” off to go on instead."
    ),
    "note_paused": _("Run goes on where it paused, with the settings as they are."),
    "note_waiting": _(
        "What waits can't change within a run: Run begins another one from these weights. Undo it to go on with the paused one."
    ),
    "note_full_batch": _(
        "{optimizer} makes one step per epoch, on all training examples: the batch size has no effect. The learning rate is the first length that a step tries; 1 is the natural one."
    ),
    # what was made to fit other data
    "fitted_input": _("Input is now {shape}."),
    "fitted_output": _("{layer} now has {units} units."),
    "fitted_flatten": _("Flatten was added before {layer}."),
    "fitted_softmax": _("Softmax was added at the end."),
    "fitted_no_softmax": _("Softmax was taken from the end."),
    "fitted_loss": _("The loss is now {loss}."),
    # data
    "data_missing": _(
        "{name} was not found: download it (nnstudio data fetch {source}), or put {files} into {folder}, or set NNSTUDIO_DATA to the folder above it."
    ),
    "download_failed": _(
        "{name} couldn't be downloaded: {reason}. Try again later, or put {files} into {folder}."
    ),
    "download_disk": _("The download can't be kept in {folder}: {reason}."),
    "download_checksum": _(
        "{file} arrived damaged or is another file than expected, and was thrown away: try again later, or get it from {url} and put it into {folder}."
    ),
    "download_none": _("{name} needs no download. These can be fetched: {known}."),
    "converted": _(
        "{count:,} examples were written to {folder}: use it as stored?folder={folder}."
    ),
    "data_file_missing": _("{file} was not found: check the path."),
    "data_truncated": _(
        "{file} is cut short: {expected} bytes expected, {got} found. Copy or download it again."
    ),
    "data_not_idx": _(
        "{file} is no IDX file ({reason}): it should start with the IDX magic number."
    ),
    "data_not_gzip": _(
        "{file} is damaged: its gzip stream ends early or is wrong. Copy or download it again."
    ),
    "data_too_long": _(
        "{file} holds more than its header says ({expected} bytes): it is damaged or not an IDX file."
    ),
    "data_counts": _(
        "{pictures} has {got_pictures} pictures but {labels} has {got_labels} labels: they don't belong together."
    ),
    "data_label": _("{file}: label {got} at position {position} is not one of 0–{most}."),
    "data_pairs": _("“{text}” can't be read as pairs: write them like (2, 4), (4, 16)."),
    "by_hand_full": _("{name}: {most:,} examples are the most a project can hold."),
    "by_hand_labels": _(
        "{name}: {got:,} labels for {size:,} examples: each example needs one of its own."
    ),
    "by_hand_running": _(
        "This run goes on with the data it began with: the next one begins anew, with what you made."
    ),
    "points_none": _("There are no points yet: paint some in the Data panel."),
    "points_colours": _(
        "There are points of colour {got}, but only {expected} colours: raise Colours, or erase these points."
    ),
    "own_signs": _(
        "Draw a sign and press its key, or type its name: ten of each sign. Then Run, and draw another."
    ),
    "pair_number": _("“{text}” is no number: type one such as 2.5 or 2,5."),
    "pairs_nothing_pasted": _(
        "There is nothing to paste: copy two columns of numbers in a spreadsheet first."
    ),
    "pairs_none": _("There are no pairs yet: draw a curve in the Data panel, or type some."),
    "drawings_none": _("There are no drawings yet: draw signs in Try it and keep them."),
    "drawings_one_sign": _(
        "All drawings are of “{sign}”: keep some of a second sign, to tell it from."
    ),
    "drawings_sign": _("A sign needs a name of 1 to {most} characters."),
    "drawings_signs": _(
        "The names of the signs don't belong to the drawings, or are there twice: {signs}."
    ),
    "strokes_damaged": _("A drawing can't be read: “{text}…” is no pen strokes. Delete it."),
    "data_columns": _(
        "Line {line}: “{text}” is no pair of numbers: two columns are expected, x and y."
    ),
    "data_too_few": _(
        "{name} has {got} examples, at least {expected} are needed: raise the number of examples."
    ),
    "data_unknown": _("There is no data source “{name}”. Known: {known}."),
    "data_option": _("Data source {name} has no option “{option}”. It has: {known}."),
    "data_option_value": _("Option {option} of {name} can't be “{got}”: {reason}."),
    "data_dimensions": _(
        "{file}: {expected} dimensions expected, {got} found: pictures and labels may be mixed up."
    ),
    "data_size": _(
        "{file} holds pictures of {got}, expected {expected}: it belongs to another data set."
    ),
    "data_no_examples": _("{file} holds no examples: copy or download it again."),
    "data_range": _(
        "{name} needs a range from low to high, got {low:g} to {high:g}: make low smaller than high."
    ),
    "data_split": _(
        "Validation and test together take {got:.0%} of the examples, at most {most:.0%} can be: train on the rest."
    ),
    "formula_empty": _("There is no formula: type one such as sin(3x) + x²/2."),
    "formula_long": _("The formula has {got} characters: {most} are the most it may have."),
    "formula_unread": _("“{text}” can't be read as a formula: write it like sin(3x) + x^2/2."),
    "formula_name": _("“{name}” is not known in formulas. Known: {known}."),
    "formula_count": _("{name} takes {expected} numbers in brackets, got {got}."),
    "formula_value": _(
        "{formula} has no finite value at x = {x:.4g}: choose another range for x, or another formula."
    ),
    "arrays_no_file": _("No file is chosen: choose an .npz, or an .npy with the inputs."),
    "arrays_damaged": _(
        "{file} is no NumPy file of numbers, or it is cut short or damaged: save it again."
    ),
    "arrays_none": _("{file} holds no arrays: save inputs and targets in it."),
    "arrays_large": _(
        "{file} would take {got:,} bytes, at most {most:,} can be read at once: save the inputs as an .npy, which is read as it is needed."
    ),
    "arrays_kind": _("{array} can't be used: expected numbers, got {got}."),
    "arrays_name": _("{file} has no array “{name}”: choose one of its arrays: {known}."),
    "arrays_counts": _(
        "There are {inputs:,} inputs but {targets:,} targets: each example needs both."
    ),
    "arrays_layout": _(
        "The inputs can't be {layout}: their array is {got}. Choose another layout."
    ),
    "arrays_classes": _(
        "The targets can't be classes: expected whole numbers, one for each example, or one-hot rows."
    ),
    "arrays_not_finite": _(
        "The {what} hold NaN or infinite values: choose to leave these examples out, or what to fill in."
    ),
    "arrays_dropped": _(
        "{count:,} examples hold NaN or infinite values, first example {row:,}, and are left out."
    ),
    "arrays_filled": _(
        "{count:,} examples hold NaN or infinite values, first example {row:,}: {fill:g} stands in their inputs' place; {dropped:,} without a target are left out."
    ),
    "arrays_none_left": _(
        "Every example holds NaN or infinite values: choose what to fill in, or mend the file."
    ),
    "table_no_file": _("No table is chosen: choose a .csv, .tsv or .parquet file."),
    "table_other": _(
        "{file} is no table of text but {what}: save the table as CSV, in UTF-8, and choose that."
    ),
    "table_empty": _("{file} holds no rows: choose another file."),
    "table_wide": _(
        "{file} has {got:,} columns, at most {most:,} can be read: choose the delimiter."
    ),
    "table_encoding": _(
        "{file} can't be read as {encoding}: choose another encoding, or save it as UTF-8."
    ),
    "table_not_utf8": _("{file} isn't UTF-8 throughout: it was read as {encoding}."),
    "table_kind": _(
        "{file}: “{text}” says no kind of a column. Write its name, =, and one of {known}."
    ),
    "table_column": _("{file} has no column “{column}”. It has: {known}."),
    "table_twice": _("{file}: the column “{column}” can be one thing only: input, target or kept."),
    "table_roles": _(
        "{file}: choose at least one column as input and another as target. There are: {known}."
    ),
    "table_several": _(
        "{file}: only one column can be told as classes, got {got}: choose one of them."
    ),
    "table_words": _(
        "{file}: the column “{column}” has {got:,} different words, at most {most:,} can be inputs: leave it out."
    ),
    "table_classes": _(
        "{file}: the target “{column}” has {got:,} classes, expected 2 to {most}: choose another target or another task."
    ),
    "table_no_number": _(
        "{file}: the target “{column}” holds words, which are no numbers: choose classes as the task."
    ),
    "table_no_rows": _(
        "{file}: no row is left that has all its cells: fill the empty ones, or use fewer columns."
    ),
    "table_refused": _(
        "{file}: {count:,} rows have empty cells, first in line {line:,} ({columns}): complete them, or choose to leave such rows out or to fill them."
    ),
    "table_dropped": _(
        "{file}: {count:,} rows have empty cells in {columns}, first in line {line:,}, and are left out; {kept:,} rows are kept. Empty cells can be filled instead."
    ),
    "table_filled": _(
        "{file}: empty cells in {count:,} rows ({columns}), first in line {line:,}, are filled; a further input tells where."
    ),
    "table_no_target": _("{file}: {count:,} rows without a target are left out."),
    "table_wrong": _(
        "{file}: {count:,} cells of “{column}” are no {kind}, such as “{cell}” in line {line:,}, and count as empty. Mend them, or change the kind of the column."
    ),
    "table_long": _(
        "{file}: {count:,} rows have more than {columns} cells, first line {line:,}, and are left out; {kept:,} rows are kept. Put quotes around cells that hold the delimiter."
    ),
    "table_quotes": _(
        "{file}, line {line:,}: a quote is never closed; it was taken as it stands, as were {count:,} in all. Close it, or write two for one."
    ),
    "table_pasted": _(
        "What was pasted has {got:,} characters, at most {most:,} are kept in a project: save it as a CSV file and import that."
    ),
    "parquet_missing": _(
        '{file} needs pyarrow, which is not installed: pip install "nnstudio[parquet]", or save the table as CSV.'
    ),
    "parquet_damaged": _("{file} is no Parquet table or is damaged: save it again."),
    "import_roles": _("Choose at least one column as input and another as target."),
    "import_drop": _(
        "Of the first {rows:,} rows {count:,} have empty cells: they will be left out."
    ),
    "import_fill": _(
        "Of the first {rows:,} rows {count:,} have empty cells: they will be filled, and a further input tells where."
    ),
    "import_refuse": _(
        "Of the first {rows:,} rows {count:,} have empty cells: the table will be refused."
    ),
    "import_nothing_pasted": _(
        "There is no table on the clipboard: copy some rows of a spreadsheet first."
    ),
    "import_other": _(
        "{file} can't be imported: choose a table (.csv, .tsv, .parquet), NumPy arrays (.npz, .npy), IDX files or a folder of pictures."
    ),
    "pictures_no_folder": _("No folder is chosen: choose the one that holds the pictures."),
    "pictures_missing": _("There is no folder {folder}: check the path."),
    "pictures_none": _(
        "{folder} holds no pictures that can be read: put each class's pictures into a folder of its own there ({endings})."
    ),
    "pictures_large": _(
        "The first picture has {height} × {width} pixels: say to which height and width, at most 1024, all shall be brought."
    ),
    "pictures_unreadable": _(
        "{count:,} files can't be read and are left out, such as {file} ({reason}); {kept:,} pictures are kept."
    ),
    "labels_unread": _(
        "{file} can't be read as a table of labels ({reason}): save it as CSV in UTF-8."
    ),
    "labels_short": _(
        "{file}, line {line}: expected a file and its label, got fewer than two cells."
    ),
    "labels_none": _(
        "None of the files that {file} names is in {folder}: choose the other folder."
    ),
    "labels_lost": _(
        "{count:,} labels have no picture, such as line {line} ({file}); {kept:,} pictures are kept."
    ),
    "loading_cancelled": _("Reading was stopped: choose the data again to read it."),
    "loading_failed": _("The data can't be read: {reason}."),
    "store_unwritable": _(
        "{folder} can't be written ({reason}) after {done:,} examples; nothing was kept there: make room or choose another folder."
    ),
    "store_missing": _("{folder} holds no converted data: convert it again, or check the path."),
    "store_damaged": _("The converted data in {folder} is damaged ({reason}): convert it again."),
    "step_pictures": _(
        "{step} is for pictures of {channels} channels, the examples are {got}: take it out, or put it elsewhere in the list."
    ),
    "step_table": _("{step} is for rows of numbers, the examples are {got}: take it out."),
    "data_gaps": _(
        "There are empty cells among the inputs: add the step “Fill gaps” to the preparation, or choose another way for empty cells."
    ),
    "augmentation_shape": _(
        "{name} is for pictures, the examples are {got}: take it out of the augmentation."
    ),
    "augmentation_places": _(
        "{name} would move the pictures away from the classes that each of their places has: take it out of the augmentation."
    ),
    "split_no_column": _(
        "The split goes by the column “{column}”, which the data doesn't have. It has: {known}."
    ),
    "split_column_shape": _(
        "The split can't go by the column “{column}”: it has several values for each example."
    ),
    "split_parts": _(
        "The column “{column}” doesn't tell parts: its values must be {known}, got {got}."
    ),
    "split_no_training": _("By the column “{column}” no example is left to train on."),
    "data_no_picture": _(
        "The network reads inputs of {expected}, a picture can't be one: give a CSV or NPY file."
    ),
    # what is suspicious about data
    "data_not_finite": _(
        "{count:,} numbers are missing (NaN) or infinite, in {columns}, first in example {row:,}: training on them gives no numbers. Fill them in or leave these examples out where the data is read."
    ),
    "data_class_unseen": _(
        "No training example is of class {classes}, so the network can't learn it: deal the examples out by class, or collect more of it."
    ),
    "data_imbalance": _(
        "Class “{rare}” has {least:,} training examples, “{common}” {most:,}: a network does well by hardly ever answering “{rare}”. Let rare classes count more, or collect more of them."
    ),
    "data_constant": _(
        "Nothing can be learned from {columns}: the same in all {examples:,} training examples. Leave it out, or look whether it was read as it should be."
    ),
    "data_constant_targets": _(
        "The target is {value} in every training example, so there is nothing to tell apart: choose another target, or add other examples."
    ),
    "data_duplicates": _(
        "{count:,} of {total:,} examples of {parts} have inputs that are trained on as well, such as example {row:,}, equal to {twin:,}: they look better than new data will. Keep equal examples in one part, or remove the copies."
    ),
    "data_contradictory": _(
        "{count:,} of {total:,} examples have the inputs of another one but not its class, such as example {row:,} (“{said}”) and {twin:,} (“{other}”): whatever a network learns, at least {wrong:,} of these answers must be wrong. Look whether these labels are right, or add an input that tells the examples apart."
    ),
    "data_unscaled": _(
        "After preparation the range of {column} is still {low} to {high}: training is slow and unsteady where inputs are large, or unlike each other in size. Standardise the inputs."
    ),
    "data_unscaled_targets": _(
        "After preparation the range of the target {column} is still {low} to {high}: large targets make large, unsteady steps. Standardise the targets."
    ),
    "data_leak": _(
        "The target {target} follows from {columns} alone ({measure} = {value}): is that known before the answer is? If not, leave it out, or the network learns nothing but to copy it."
    ),
    "no_fix_at_source": _("Only where the data comes from can this be mended."),
    "no_fix_published": _(
        "The test part is published as it is: what was measured on it elsewhere could not be compared any more."
    ),
    "no_fix_split_chosen": _(
        "The way in which examples are dealt out was chosen, and decides this."
    ),
    "no_fix_kept": _("It does no harm but to take time."),
    "data_plain": _("{where}: expected data settings, got {got}."),
    # running
    "cannot_train": _("This network can't be trained yet: {reason}"),
    # what the doctor finds
    "doctor_nan_data": _(
        "The data that {layer} reads in step {step:,} holds a number that is missing or infinite: the loss became {loss} there. Mend it in the source, or leave such examples out."
    ),
    "doctor_nan_weights": _(
        "Step {step:,} made weights of {layer} infinite, so the loss became {loss}. Try a smaller learning rate than {rate:g}."
    ),
    "doctor_nan_output": _(
        "In step {step:,} {layer} was the first layer to answer infinite numbers, and the loss became {loss}: the weights have grown without bound. Try a smaller learning rate than {rate:g}."
    ),
    "doctor_nan_loss": _(
        "In step {step:,} the answers of {layer} were so large that the loss became {loss}. Try a smaller learning rate than {rate:g}."
    ),
    "doctor_rate_rising": _(
        "The learning rate of {rate:g} is too high: the loss has risen from {first:.3g} to {now:.3g}."
    ),
    "doctor_rate_stuck": _(
        "The learning rate of {rate:g} is too high: each step moves the weights by {ratio:.0%} of their size, and the loss is still {now:.3g}, after {first:.3g} at the start."
    ),
    "doctor_rate_jumping": _(
        "The learning rate of {rate:g} is too high: each step moves the weights by {ratio:.1%} of their size, and the loss jumps up and down."
    ),
    "doctor_rate_low": _(
        "The learning rate of {rate:g} is too low: each step moves the weights by {ratio:.1e} of their size, and {share:.0%} of the first loss is left, falling in a straight line."
    ),
    "doctor_dead": _(
        "{dead:,} of the {units:,} units of {layer} are dead: they answer 0 to every example, and learn nothing more."
    ),
    "doctor_saturated": _(
        "{layer} is saturated: {share:.0%} of its outputs are at an end of their range, where hardly any gradient comes through."
    ),
    "doctor_vanishing": _(
        "The gradient vanishes on its way back: {first} gets {small:.1e}, {last} gets {large:.1e}, so the first layers hardly learn."
    ),
    "doctor_exploding": _(
        "The gradient explodes on its way back: {first} gets {small:.1e}, {last} only {large:.1e}."
    ),
    "doctor_gradient_huge": _(
        "The gradient of {layer} is {times:,.0f} times as large as its weights: one step may undo all that was learned."
    ),
    "doctor_idle": _(
        "{layer} doesn't learn: its weights don't move, while those of other layers do or nothing reaches it."
    ),
    "doctor_alike": _(
        "All {units:,} units of {layer} began with the same weights and stay alike: it can do no more than one unit."
    ),
    "doctor_unscaled": _(
        "The numbers that {layer} gets are out of scale: one has mean {mean:.3g} and deviation {spread:.3g}, where 0 and 1 learn well."
    ),
    "doctor_out_of_reach": _(
        "{layer} can't answer {share:.0%} of the targets: {kind} gives numbers {reach}."
    ),
    "doctor_unsuited_loss": _(
        "{loss} doesn't suit the classes of {layer}: answers that are wrong and sure are hardly corrected."
    ),
    "doctor_imbalance": _(
        "“{rare}” is overlooked: {recall:.0%} of its examples are recognised, of other classes {others:.0%}. It has {count:,} examples, the most frequent class {most:,}."
    ),
    "doctor_order": _(
        "Training and validation examples are unlike, because they were dealt out in their order: the loss is {train:.3g} on the ones, {validation:.3g} on the others."
    ),
    "doctor_overfitting": _(
        "It overfits: the validation loss was lowest in epoch {best:,}, {lowest:.3g}, and is {now:.3g} in epoch {epoch:,}, while the training loss went on falling."
    ),
    "trial_helped": _("“{label}” helps: {measure} {after} instead of {before} after {epochs}."),
    "trial_no_better": _(
        "“{label}” doesn't help: {measure} {after}, before {before}, after {epochs}."
    ),
    "trial_goes_on": _(
        "“{label}” helps: {measure} {after} after {epochs}, where the run broke off in step {step:,}."
    ),
    "trial_goes_on_badly": _(
        "“{label}” doesn't help: the run no longer breaks off, but the {measure} is {after} after {epochs}, where it began with {first}."
    ),
    "trial_diverged": _("“{label}” doesn't help: the loss became infinite in step {step:,}."),
    "trial_unclear": _(
        "“{label}”: {measure} {after}, before {before}. That can't be compared: train for an epoch first."
    ),
    "remedy_used": _("“{label}” is in use, with the weights of the trial; Undo takes it back."),
    "remedy_gone": _(
        "“{label}” has no place in the project any more: it was changed since the trial began."
    ),
    "diverged_where": _("Training stopped. {found} The weights from before the run are kept."),
    "diverged": _(
        "Training stopped at step {step:,}: the loss became {loss}. Try a smaller learning rate than {rate:g}; the weights from before the run are kept."
    ),
    "data_changed": _(
        "The data differs from what this network was trained on (same source, other contents): start with new weights."
    ),
    "ended_early": _(
        "Ended early after epoch {epoch:,}: there was no progress in the {monitor} for {stale}."
    ),
    "notice_ended": _(
        "The run has come to its end. Its curves and weights are there to be looked at."
    ),
    "notice_step": _("The step that was asked for is done."),
    "notice_broken": _("The run broke off. The window says why."),
    "ended_converged": _("Ended after epoch {epoch:,}: the training loss no longer moves."),
    "ended_with_best": _("The weights are those of epoch {best}, which was the best."),
    "ended_with_average": _("The weights are now their average over the steps."),
    "nothing_validated": _(
        "There is no validation part to watch, so stopping early goes by the training loss: give validation a share of the data."
    ),
    "search_unsteady": _(
        "{optimizer} searches for the lowest loss of all examples and has no place for {setting}: set it to 0, or choose another optimizer."
    ),
    "search_random": _(
        "{optimizer} wants a loss without chance, and {layer} draws: within a step it draws the same numbers, in the next one others, so steps fit each other less well. Take it out, or choose another optimizer."
    ),
    "data_not_ready": _("There is no data to train on yet: see the Data panel."),
    "rewound": _("The run is back at step {step:,}: Run goes on from there."),
    "rewound_weights": _(
        "The weights of step {step:,} are in hand: the network is too large for its recording to keep more, so Run begins a run of its own from them."
    ),
    "moment_gone": _("That moment belongs to a run that is no longer there."),
    "edited_meanwhile": _(
        "The design was edited while it trained: the weights that still fit are kept, and the next run begins from them."
    ),
    "run_failed": _("Training stopped: {reason}. The weights from before the run are kept."),
    # recovery
    "not_kept": _(
        "What you do can't be kept on disk in case of a crash: {reason}. Everything goes on; save your work now and then."
    ),
    "left_training": _("{name} stopped unexpectedly {when}, in epoch {epoch:,} of {epochs:,}."),
    "left_edits": _("{name} stopped unexpectedly {when}. What had not been saved was kept."),
    "left_terminal": _(
        "The training of {name} in a terminal stopped unexpectedly {when}, in epoch {epoch:,} of {epochs:,}."
    ),
    "left_best": _(
        "{name} stopped unexpectedly {when}. The weights of its best epoch, {best}, were kept."
    ),
    "left_damaged": _("What was kept when nnstudio stopped unexpectedly can't be read any more."),
    "left_older": _("The file was saved after that."),
    "recovered": _("{name} is as it was {when}; it isn't saved yet."),
    "recovered_training": _(
        "{name} is as it was {when}, and isn't saved yet. Run goes on in epoch {epoch:,} of {epochs:,}."
    ),
    "recovered_best": _(
        "{name} has the weights of epoch {best}, its best one; it isn't saved yet."
    ),
    "broke": _("The run was kept as it stood in epoch {epoch:,} of {epochs:,}, before it broke."),
    "resume_possible": _("Add --resume to go on from there."),
    # files
    "saved": _("Saved as {file}."),
    "file_missing": _("{file} was not found: check the path."),
    "file_unreadable": _("{file} can't be read: {reason}."),
    "file_unwritable": _(
        "{file} can't be written: {reason}. Nothing was lost; choose another place."
    ),
    "file_not_project": _("{file} is not an nnstudio project: {reason}."),
    "file_damaged": _("{file} is damaged: {reason}."),
    "file_newer": _(
        "{file} was written by a newer version (format {got}, this one reads up to {known}): update nnstudio."
    ),
    "file_too_large": _(
        "{file} is too large to be a project: {part} has {got} bytes, at most {most} are read."
    ),
    # the book of runs
    "run_reopened": _("{run} is open as it ended: its design, settings and weights."),
    "run_without_weights": _(
        "{run} is open with its design and settings. Its weights weren't kept: it begins with first ones."
    ),
    "run_forked": _("A fork of {run} runs: {change}."),
    "seeds_kept": _("{run} was repeated with {count} seeds."),
    "seeds_no_data": _("The data of {run} can't be read, so it can't be repeated: {reason}"),
    "seeds_failed": _("{run} can't be repeated: {reason}"),
    # cross-validation
    "folds_too_few": _(
        "At least 2 folds are needed, got {folds}: one to learn from, one to hold back."
    ),
    "folds_too_many": _(
        "{folds} folds need at least as many {what}, there are {count}: choose fewer folds."
    ),
    "folds_in_order": _(
        "In the order of the data every repetition would be the same: leave out --in-order or --repeats."
    ),
    "folds_without_classes": _(
        "Stratified folds share out classes, and this data has numbers: choose the scheme plain."
    ),
    "folds_without_groups": _(
        "This scheme keeps groups together: give the group of each example with --groups."
    ),
    "folds_groups": _(
        "There are {groups} groups for {examples} examples: give one line for each example."
    ),
    "folds_explained": _(
        "The deviation ± is that of the {folds} folds as a sample (n − 1); pooled is over all answers together."
    ),
    # predicting
    # finding a learning rate
    "rate_bounds": _(
        "The lowest rate to try, {low:g}, must be below the highest, {high:g}: change --low or --high."
    ),
    "rate_searched": _(
        "{optimizer} finds the length of each step by itself, so there is no rate to look for: set the learning rate to 1."
    ),
    "rate_suggested": _(
        "Suggested learning rate: {rate} (the project has {now:g}). It is the middle of the decade of rates over which the loss fell most."
    ),
    "rate_unknown": _(
        "The loss fell clearly nowhere between the rates {low:g} and {high:g}: try more steps, a wider range or larger batches."
    ),
    "input_shape": _(
        "The network expects {expected}, got {got}: give one example or a batch of that shape."
    ),
    "columns_needed": _(
        "The network reads several columns of the data ({columns}): give a value for each by its name."
    ),
    "try_columns": _(
        "The network reads {columns} of the data, and only inputs can be set here: nnstudio evaluate tells how good it is."
    ),
    "fit_of_other": _(
        "This view shows what the targets are fitted by, but the first output answers for {target}."
    ),
    "units_classes": _(
        "Units add up to the scores of classes, not to the probabilities drawn here."
    ),
    "units_none_hidden": _("There is no hidden layer whose units could add up to the curve."),
    "units_no_sum": _(
        "Units add up to the curve where the last layer is Dense, alone or with an activation."
    ),
    "predict_columns": _(
        "The network reads several columns of the data ({columns}), which one file can't give: ask it in Python, nnstudio.load(…).predict, by their names."
    ),
    "column_not_given": _("The network also reads the column “{column}”: give it by that name."),
    "columns_uneven": _("The inputs have {counts} examples: give equally many of each."),
    "column_unprepared": _(
        "The weights were trained without the column “{column}”: train the network again."
    ),
    "input_values": _(
        "The input holds values that are not finite numbers: remove NaN and infinity."
    ),
    "input_kind": _(
        "{file} can't be read as input: {reason}. Give a picture, an NPY or a CSV file."
    ),
    "weights_lacking": _(
        "The design was changed after training, and {layers} has no trained weights yet: run `nnstudio train` on it or press Run."
    ),
    "no_weights": _(
        "This project has not been trained yet: run `nnstudio train` on it or press Run."
    ),
    "weights_unfit": _(
        "There are no trained weights for {nodes}, as the design was changed after training: train it again."
    ),
    # command line
    "no_display": _(
        "There is no display to open a window on. `nnstudio demo {file} --picture window.png` trains here and draws the window into a picture; `nnstudio --help` tells what else works here."
    ),
    "no_window": _(
        "The window can't be opened: {reason}. What works without it, `nnstudio --help` tells."
    ),
    "new_run": _(
        "{file} has weights but no run that fits to go on with: a new run begins from these weights."
    ),
    "nothing_left": _(
        "Nothing is left to train: {file} has had its {epochs} epochs. Ask for more with --epochs, or begin anew with --seed."
    ),
    "interrupted": _("Interrupted."),
    "interrupted_folds": _("Interrupted after {done} of {folds} folds."),
    "interrupted_saved": _(
        "Interrupted after {epochs} and {batches} batches: what was trained so far is in {file}."
    ),
    "interrupted_kept": _(
        "Interrupted after {epochs} and {batches} batches: nnstudio train {file} --resume goes on from there."
    ),
    "interrupted_unsaved": _(
        "Interrupted after {epochs} and {batches} batches; nothing was written."
    ),
    "no_memory": _(
        "There is not enough memory for this: make the network, the batches or the data smaller."
    ),
    "unexpected": _("Something unexpected went wrong: {reason}. The details are in {log}."),
}


class _Writer(Formatter):
    """Writes numbers as everywhere else in the program: ``12 %`` and ``1e-6``."""

    def format_field(self, value: Any, format_spec: str) -> str:
        text: str = super().format_field(value, format_spec)
        if format_spec.endswith("%"):
            return f"{text[:-1]} %"
        if format_spec.endswith(("g", "e")):
            return text.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
        return text


_WRITER = _Writer()


def sentence(code: str, **values: Any) -> str:
    """The sentence for ``code`` with ``values`` filled in."""
    return _WRITER.vformat(_translated(SENTENCES[code]), (), values)


@cache
def _translated(text: str) -> str:
    """gettext looks on the disk for a translation each time it is asked."""
    return gettext.gettext(text)


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as people write it: ``1 × 28 × 28``, or ``1`` for a single number."""
    return " × ".join(f"{size:,}" for size in shape) or "1"


class StudioError(Exception):
    """An error whose text a user may read: a code of :data:`SENTENCES` and its values."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        return sentence(self.code, **self.values)
